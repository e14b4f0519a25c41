// Finding: lines, streets and other names, coordinates (longitude, latitude, or the other way round where only that can be).
const field = find('q'), list = find('found');
const places = [
  ...rows.route_id.map((id, i) => ({ text: [id, rows.project?.[i]].filter(Boolean).join(' · '), kind: t('外线', 'line'), go: () => open(i, true) })),
  ...names.filter((one, k) => names.findIndex((other) => other.text === one.text && other.layer === one.layer) === k).map((one) => ({ text: one.text, kind: word('layers', one.layer), go: () => map.setView(one.at, 18, { animate: false }) })),
];
const mark = L.marker([0, 0], { keyboard: false, icon: L.divIcon({ className: 'mark-at', html: '', iconSize: [18, 18] }) });

function coordinates(text) {
  const found = text.match(/^\s*(-?\d{1,3}\.\d+)\s*[,，\s]\s*(-?\d{1,3}\.\d+)\s*$/);
  if (!found) return [];
  const [a, b] = [Number(found[1]), Number(found[2])], [lng, lat] = Math.abs(b) <= 90 && Math.abs(a) > 90 ? [a, b] : Math.abs(a) <= 90 && Math.abs(b) > 90 ? [b, a] : [a, b];
  if (Math.abs(lat) > 90 || Math.abs(lng) > 180) return [];
  return [{ text: `${lng.toFixed(6)}, ${lat.toFixed(6)}`, kind: t('坐标（WGS-84 / CGCS2000）', 'coordinates (WGS 84 / CGCS2000)'), go: () => { mark.setLatLng([lat, lng]).addTo(map); map.setView([lat, lng], 18, { animate: false }); } }];
}

function seek() {
  const text = field.value.trim().toLowerCase();
  const some = text ? [...coordinates(field.value), ...places.filter((one) => one.text.toLowerCase().includes(text))].slice(0, 8) : [];
  list.replaceChildren(...some.map((one) => h('button', { type: 'button', onclick: () => { list.hidden = true; field.value = one.text; one.go(); } }, h('span', {}, one.text), h('small', {}, one.kind))), text && !some.length ? h('p', {}, t('本图内没有找到；可输入道路、外线编号、项目或“经度, 纬度”。', 'Not on this map; try a street, a line, a project, or “longitude, latitude”.')) : '');
  list.hidden = !text;
}
field.addEventListener('input', seek);
field.addEventListener('focus', seek);
field.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') list.querySelector('button')?.click();
  if (event.key === 'Escape') { list.hidden = true; field.blur(); }
  if (event.key === 'ArrowDown') { event.preventDefault(); list.querySelector('button')?.focus(); }
});
document.addEventListener('pointerdown', (event) => { if (!event.target.closest('.seek')) list.hidden = true; });
