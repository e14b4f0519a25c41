// Words, keys, and the first view.
function speak() {
  document.querySelectorAll('[data-zh]').forEach((one) => { const text = t(one.dataset.zh, one.dataset.en); if (one.tagName === 'INPUT') one.setAttribute('placeholder', text); one.setAttribute('aria-label', text); one.title = text; });
  document.title = `${meta.title} · ${t('踏勘地图', 'survey map')}`;
  drawLegend();
  drawPanel();
}
find('lang').addEventListener('click', () => { root.lang = zh() ? 'en' : 'zh-CN'; speak(); drawRuled(); drawNames(); });
find('all').addEventListener('click', () => map.fitBounds(bounds, { padding: [40, 40], animate: false }));
document.addEventListener('keydown', (event) => {
  if (/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) return;
  if (event.key === '/') { event.preventDefault(); field.focus(); }
  if (event.key === 'Escape') ruled.on ? measuring(false) : chosen !== null && shut();
});
map.zoomControl.setPosition('bottomright');
startMap();
drawRoutes(rows.row_no.map((_, i) => i));
if (zooms.length) { satellite.addTo(map); overPicture(true); }
speak();
if (N === 1) open(0, true);
drawNames();
root.dataset.ready = 'yes';
