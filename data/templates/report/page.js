// What the hand does: filter, order, turn pages, switch the language, print. The address keeps it.
function remember() {
  const at = new URLSearchParams();
  for (const name of ['outcome', 'q', 'sort']) if (state[name] && !(name === 'sort' && state.sort === 'row_no')) at.set(name, state[name]);
  if (state.down) at.set('down', '1');
  if (state.route !== null) at.set('row', rows.row_no[state.route]);
  if (zh() !== meta.lang.startsWith('zh')) at.set('lang', zh() ? 'zh' : 'en');
  try { history.replaceState(null, '', `#${at}`); } catch { /* some viewers forbid it; the page works without */ }
}

function recall() {
  const at = new URLSearchParams(location.hash.slice(1));
  if (at.get('lang')) root.lang = at.get('lang') === 'en' ? 'en' : 'zh-CN';
  state.outcome = words.outcomes[at.get('outcome')] ? at.get('outcome') : '';
  state.q = at.get('q') ?? '';
  state.sort = keys[at.get('sort')] ? at.get('sort') : 'row_no';
  state.down = at.get('down') === '1';
  const i = at.get('row') === null ? -1 : rows.row_no.indexOf(Number(at.get('row')));
  state.route = i < 0 ? null : i;
}

function speak() {
  document.querySelectorAll('[data-zh]').forEach((one) => { const text = t(one.dataset.zh, one.dataset.en); one.tagName === 'INPUT' ? one.setAttribute('placeholder', text) : null; one.setAttribute('aria-label', text); });
  document.title = `${t('外线判定报告', 'External-line review')} · ${meta.city} · ${meta.on}`;
  find('outcome').replaceChildren(h('option', { value: '' }, t('全部结果', 'All outcomes')), ...Object.keys(words.outcomes).map((one) => h('option', { value: one }, word('outcomes', one))));
  find('outcome').value = state.outcome;
  drawLegend();
}

function setOutcome(outcome) { state.outcome = outcome; filter(); remember(); }

document.querySelectorAll('.count').forEach((one) => one.addEventListener('click', () => setOutcome(state.outcome === one.dataset.outcome ? '' : one.dataset.outcome)));
find('outcome').addEventListener('change', (event) => setOutcome(event.target.value));
let waiting = 0;
find('q').addEventListener('input', (event) => { clearTimeout(waiting); waiting = setTimeout(() => { state.q = event.target.value; filter(); remember(); }, N > 2000 ? 200 : 40); });
document.querySelectorAll('[data-sort]').forEach((one) => one.addEventListener('click', () => { state.down = state.sort === one.dataset.sort ? !state.down : false; state.sort = one.dataset.sort; filter(); remember(); }));
const turn = (by) => { state.page += by; drawList(); document.querySelector('.scroll').scrollTop = 0; };
find('prev').addEventListener('click', () => turn(-1));
find('next').addEventListener('click', () => turn(1));
find('lang').addEventListener('click', () => { root.lang = zh() ? 'en' : 'zh-CN'; speak(); drawList(); drawNames(); remember(); });
body.addEventListener('click', (event) => { const row = event.target.closest('tr.row'); if (row) toggle(Number(row.dataset.i)); });
body.addEventListener('keydown', (event) => { const row = event.target.closest('tr.row'); if (row && event.target === row && (event.key === 'Enter' || event.key === ' ')) { event.preventDefault(); toggle(Number(row.dataset.i)); } });
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) { event.preventDefault(); find('q').focus(); }
  if (event.key === 'Escape' && state.route !== null) toggle(state.route);
});
onPick.push(open);

// On paper there are no pages to turn: every row that the filter leaves, up to what a printer can be asked for.
window.addEventListener('beforeprint', () => { if (shown.length <= 2000) drawList(false); });
window.addEventListener('afterprint', () => drawList());

recall();
find('q').value = state.q;
startMap();
speak();
filter();
if (state.route !== null) open(state.route);
drawNames();
root.dataset.ready = 'yes';
