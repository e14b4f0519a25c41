// The list: filter, order, pages; one proof open at a time.
const PAGE = 100;
const state = { outcome: '', q: '', sort: 'row_no', down: false, page: 0, route: null };
let shown = [];

const haystack = rows.row_no.map((_, i) => [rows.route_id[i], rows.project?.[i], rows.applicant?.[i], rows.utility?.[i], words.utilities[rows.utility?.[i]]?.zh].filter(Boolean).join('\n').toLowerCase());

function matching() {
  const parts = state.q.toLowerCase().split(/\s+/).filter(Boolean), out = [];
  for (let i = 0; i < N; i++) if ((!state.outcome || rows.outcome[i] === state.outcome) && parts.every((part) => haystack[i].includes(part))) out.push(i);
  return out;
}

const keys = { row_no: (i) => rows.row_no[i], route_id: (i) => rows.route_id[i] ?? '', outcome: (i) => severity(rows.outcome[i]), length_m: (i) => rows.length_m[i] ?? -1 };
const collator = new Intl.Collator('zh-CN', { numeric: true });

function sorted(found) {
  const key = keys[state.sort], turn = state.down ? -1 : 1;
  const compareKeys = state.sort === 'route_id' ? collator.compare : (a, b) => a - b;
  return found.sort((a, b) => turn * compareKeys(key(a), key(b)) || rows.row_no[a] - rows.row_no[b]);
}

function rowOf(i) {
  const who = [rows.utility?.[i] ? word('utilities', rows.utility[i]) : '', rows.project?.[i]].filter(Boolean).join(' · ');
  return h('tr', { class: 'row', 'data-i': i, tabindex: 0, role: 'button', 'aria-expanded': 'false', onmouseenter: () => light(i), onmouseleave: () => light(null) },
    h('td', { class: 'num' }, rows.row_no[i]), h('td', {}, h('span', { class: 'id', title: rows.route_id[i] }, rows.route_id[i] ?? '—'), h('span', { class: 'who', title: who }, who)),
    h('td', {}, outcomeChip(rows.outcome[i]), h('span', { class: 'icons' }, rows.conditions[i].map(icon), rows.certainty[i] === 'text' ? null : h('small', {}, say(styles.certainty[rows.certainty[i]])), rows.immediate[i] ? h('small', {}, say(styles.immediate)) : null)),
    h('td', { class: 'num' }, tenth.format(rows.length_m[i] ?? 0)));
}

const body = document.querySelector('.routes tbody');

function drawList(onePage = true) {
  const from = onePage ? state.page * PAGE : 0, part = onePage ? shown.slice(from, from + PAGE) : shown;
  body.replaceChildren(...part.map(rowOf));
  const empty = document.querySelector('.empty');
  empty.hidden = shown.length > 0;
  empty.textContent = N ? t('没有符合条件的线路。请放宽筛选。', 'No route matches. Widen the filter.') : t('没有线路。', 'There are no routes.');
  const total = shown.reduce((sum, i) => sum + (rows.length_m[i] ?? 0), 0), pages = Math.max(1, Math.ceil(shown.length / PAGE));
  find('sums').textContent = t(`${whole.format(shown.length)} 条，合计 ${fine.format(total / 1000)} km`, `${whole.format(shown.length)} routes, ${fine.format(total / 1000)} km`);
  find('page').textContent = `${state.page + 1} / ${pages}`;
  find('prev').disabled = state.page === 0;
  find('next').disabled = state.page >= pages - 1;
  document.querySelectorAll('.routes th').forEach((head) => { const own = head.firstElementChild.dataset.sort === state.sort; head.setAttribute('aria-sort', own ? (state.down ? 'descending' : 'ascending') : 'none'); });
  if (state.route !== null) unfold(state.route, false);
}

function filter(keepPage) {
  shown = sorted(matching());
  if (!keepPage) state.page = 0;
  state.page = Math.min(state.page, Math.max(0, Math.ceil(shown.length / PAGE) - 1));
  document.querySelectorAll('.count').forEach((one) => one.setAttribute('aria-pressed', String(one.dataset.outcome === state.outcome)));
  find('outcome').value = state.outcome;
  drawList();
  drawRoutes(shown);
}

function fold() {
  body.querySelector('tr.proof')?.remove();
  const row = body.querySelector('tr.row.open');
  row?.classList.remove('open');
  row?.setAttribute('aria-expanded', 'false');
  drawStretches([], () => {});
}

function unfold(i, move) {
  fold();
  const row = body.querySelector(`tr.row[data-i="${i}"]`);
  if (!row) return;
  row.classList.add('open');
  row.setAttribute('aria-expanded', 'true');
  row.after(h('tr', { class: 'proof' }, h('td', { colspan: 4 }, card(i))));
  pick(i, move);
}

function toggle(i) {
  const open = state.route === i;
  state.route = open ? null : i;
  if (open) { fold(); pick(null); } else unfold(i, true);
  remember();
}

// From the map: the route may be on another page, or filtered away.
function open(i) {
  if (!shown.includes(i)) { state.outcome = ''; state.q = ''; find('q').value = ''; shown = sorted(matching()); filter(true); }
  state.page = Math.floor(shown.indexOf(i) / PAGE);
  state.route = i;
  drawList();
  pick(i, false);
  const scroll = document.querySelector('.scroll'), row = body.querySelector(`tr.row[data-i="${i}"]`);
  if (scroll.scrollHeight > scroll.clientHeight + 1) scroll.scrollTop = row.offsetTop - 34; else row.scrollIntoView({ block: 'start' });
  remember();
}
