// What the hand does: filter, order, turn pages, point at a bar or a dig, switch the language, print. The address keeps it.
function remember() {
  const at = new URLSearchParams();
  for (const name of ['status', 'q', 'only']) if (state[name]) at.set(name, state[name]);
  if (state.sort !== 'shared_m' || !state.down) { at.set('sort', state.sort); at.set('down', state.down ? '1' : '0'); }
  if (state.pair !== null) at.set('pair', pairs[state.pair].match_id);
  if (zh() !== meta.lang.startsWith('zh')) at.set('lang', zh() ? 'zh' : 'en');
  try { history.replaceState(null, '', `#${at}`); } catch { /* some viewers forbid it; the page works without */ }
}

function recall() {
  const at = new URLSearchParams(location.hash.slice(1));
  if (at.get('lang')) root.lang = at.get('lang') === 'en' ? 'en' : 'zh-CN';
  state.status = styles.matches[at.get('status')] ? at.get('status') : '';
  state.only = ONLY[at.get('only')] ? at.get('only') : '';
  state.q = at.get('q') ?? '';
  if (keys[at.get('sort')]) { state.sort = at.get('sort'); state.down = at.get('down') === '1'; }
  const k = pairs.findIndex((pair) => pair.match_id === at.get('pair'));
  state.pair = k < 0 ? null : k;
}

function speak() {
  document.querySelectorAll('[data-zh]').forEach((one) => { const text = t(one.dataset.zh, one.dataset.en); one.tagName === 'INPUT' ? one.setAttribute('placeholder', text) : null; one.setAttribute('aria-label', text); });
  document.title = `${t('同步开挖报告', 'Dig once')} · ${meta.city} · ${meta.on}`;
  find('only').replaceChildren(h('option', { value: '' }, t('全部', 'All')), ...Object.entries(ONLY).filter(([, one]) => one[2]?.() ?? true).map(([id, one]) => h('option', { value: id }, one[0]())));
  find('only').value = state.only;
  drawLegend();
}

document.querySelectorAll('.count').forEach((one) => one.addEventListener('click', () => { state.status = state.status === one.dataset.status ? '' : one.dataset.status; filter(); remember(); }));
find('only').addEventListener('change', (event) => { state.only = event.target.value; filter(); remember(); });
let waiting = 0;
find('q').addEventListener('input', (event) => { clearTimeout(waiting); waiting = setTimeout(() => { state.q = event.target.value; filter(); remember(); }, N > 2000 ? 200 : 40); });
document.querySelectorAll('[data-sort]').forEach((one) => one.addEventListener('click', () => { const texts = one.dataset.sort === 'who' || one.dataset.sort === 'road'; state.down = state.sort === one.dataset.sort ? !state.down : !texts; state.sort = one.dataset.sort; filter(); remember(); }));
const turn = (by) => { state.page += by; drawList(); document.querySelector('.scroll').scrollTop = 0; };
find('prev').addEventListener('click', () => turn(-1));
find('next').addEventListener('click', () => turn(1));
find('lang').addEventListener('click', () => { root.lang = zh() ? 'en' : 'zh-CN'; speak(); drawList(); drawNames(); remember(); });
body.addEventListener('click', (event) => { const row = event.target.closest('tr.row'); if (row) toggle(Number(row.dataset.k)); });
body.addEventListener('keydown', (event) => { const row = event.target.closest('tr.row'); if (row && event.target === row && (event.key === 'Enter' || event.key === ' ')) { event.preventDefault(); toggle(Number(row.dataset.k)); } });

// A bar of the time chart: its row is lit, the map shows the work and whom it meets.
function lightBar(work, i, move) {
  document.querySelectorAll('.gantt .lit').forEach((one) => one.classList.remove('lit'));
  if (work === null) { choose([], [], false); return; }
  document.querySelectorAll(`.gantt [data-work="${work}"]`).forEach((one) => one.classList.add('lit'));
  if (i === null) return;
  choose(pairs.flatMap((pair, k) => (pair.kind === 'shared' && (pair.a === i || pair.b === i) ? [k] : [])), [i], move);
}
const placeOf = new Map([...document.querySelectorAll('.labels .bar')].map((one) => [one.dataset.work, one.dataset.i === '' ? null : Number(one.dataset.i)]));
document.querySelector('.gantt')?.addEventListener('click', (event) => { const one = event.target.closest('[data-work]'); if (!one) return; const again = one.classList.contains('lit'); again ? lightBar(null, null, false) : lightBar(one.dataset.work, placeOf.get(one.dataset.work) ?? null, true); });
document.querySelectorAll('.show').forEach((one) => one.addEventListener('click', () => { choose(pairs.flatMap((pair, k) => (pair.dig === one.dataset.show ? [k] : [])), [], true); document.querySelector('.map').scrollIntoView({ block: 'center' }); }));

document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) { event.preventDefault(); find('q').focus(); }
  if (event.key === 'Escape') { state.pair === null ? lightBar(null, null, false) : toggle(state.pair); }
});
onPick.push(({ pair, work }) => {
  if (pair !== undefined) { open(pair); return; }
  const mine = pairs.findIndex((one) => one.a === work || one.b === work);
  if (mine >= 0) { state.status = ''; state.only = ''; state.q = works.id[work]; find('q').value = state.q; filter(); remember(); }
  choose(pairs.flatMap((one, k) => (one.a === work || one.b === work ? [k] : [])), [work], false);
});

// On paper there are no pages to turn.
window.addEventListener('beforeprint', () => { if (shown.length <= 2000) drawList(false); });
window.addEventListener('afterprint', () => drawList());

recall();
find('q').value = state.q;
startGround(bounds, restyle);
drawWorks();
speak();
filter();
if (state.pair !== null) open(state.pair);
drawNames();
// The chart opens at the day of planning: what is over lies to the left.
const box = document.querySelector('.gantt'), today = box?.querySelector('.chart .today');
if (today) box.scrollLeft = (parseFloat(today.getAttribute('x1')) / 100) * box.querySelector('.chart').clientWidth - 30;
root.dataset.ready = 'yes';
