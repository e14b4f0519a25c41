// The list of pairs: filter, order, pages; one pair open at a time.
const PAGE = 100;
const state = { status: '', q: '', only: '', sort: 'shared_m', down: true, page: 0, pair: null };
let shown = [];

const haystack = pairs.map((pair) => [pair.a, pair.b].flatMap((i) => [works.id[i], works.party[i], works.project[i], works.utility[i] ? words.utilities[works.utility[i]]?.zh : '']).concat(pair.road, pair.match_id).filter(Boolean).join('\n').toLowerCase());
const statusOf = (pair) => (pair.kind === 'crossing' ? 'crossing' : pair.status);
const who = (pair) => `${works.id[pair.a]} × ${works.id[pair.b]}`;
// Numbers of one office differ at their end: where there is no room the middle gives way, and the whole stands in the title.
const TAIL = 8;
const nameOf = (i) => { const all = [...works.id[i]]; return h('span', { class: 'wid', title: works.id[i] }, h('span', { class: 'wid-head' }, all.slice(0, -TAIL).join('')), h('span', { class: 'wid-tail' }, all.slice(-TAIL).join(''))); };
const roadOf = (name, place) => name ?? say(place);
const ONLY = {
  parties: [() => t('不同单位', 'different parties'), (pair) => pair.same_party === false],
  noted: [() => t('有提示（重复开挖、路面施工）', 'with a note (repeat, paving)'), (pair) => Boolean(pair.note)],
  joined: [() => t('已排为同步', 'planned as one dig'), (pair) => Boolean(pair.dig), () => meta.plan],
  unjoined: [() => t('未能同步', 'not joined'), (pair) => Boolean(pair.why), () => meta.plan],
};

function matching() {
  const parts = state.q.toLowerCase().split(/\s+/).filter(Boolean), out = [], only = ONLY[state.only]?.[1] ?? (() => true);
  for (let k = 0; k < N; k++) if ((!state.status || statusOf(pairs[k]) === state.status) && only(pairs[k]) && parts.every((part) => haystack[k].includes(part))) out.push(k);
  return out;
}

const collator = new Intl.Collator('zh-CN', { numeric: true });
const keys = { who: (k) => who(pairs[k]), road: (k) => pairs[k].road ?? '', shared_m: (k) => pairs[k].shared_m ?? -1, days: (k) => pairs[k].days ?? -1 };

function sorted(found) {
  const key = keys[state.sort], turn = state.down ? -1 : 1, texts = state.sort === 'who' || state.sort === 'road';
  const compareKeys = texts ? collator.compare : (a, b) => a - b;
  return found.sort((a, b) => turn * compareKeys(key(a), key(b)) || a - b);
}

const dot = (i) => h('i', { class: 'dot', style: `background:${workLook(i).colour}` });
const statusChip = (pair) => { const look = styles.matches[statusOf(pair)]; return h('span', { class: 'chip', style: `background:${look.tint};color:${look.ink}` }, look.mark, h('span', {}, statusOf(pair) === 'crossing' ? word('kinds', 'crossing') : daysOf(pair))); };

function rowOf(k) {
  const pair = pairs[k], parties = [pair.a, pair.b].map((i) => works.party[i] ?? works.project[i] ?? '—');
  const party = pair.same_party ? parties[0] : parties.join(' × ');
  return h('tr', { class: 'row', 'data-k': k, tabindex: 0, role: 'button', 'aria-expanded': 'false' },
    h('td', {}, h('span', { class: 'id two-ids', title: who(pair) }, h('span', { class: 'wone' }, dot(pair.a), nameOf(pair.a)), h('span', { class: 'times' }, ' × '), h('span', { class: 'wone' }, dot(pair.b), nameOf(pair.b))), h('span', { class: 'who', title: party }, party)),
    h('td', {}, h('span', { class: 'id plain', title: roadOf(pair.road, pair.place) }, roadOf(pair.road, pair.place)), h('span', { class: 'who' }, pair.dig ? h('b', {}, pair.dig) : pair.note ? noteWords(pair) : '')),
    h('td', { class: 'num' }, pair.kind === 'shared' ? tenth.format(pair.shared_m) : '×'), h('td', { class: 'num' }, pair.kind === 'crossing' && pair.status !== 'together' ? '' : pair.days ?? '?', pair.status === 'together' || pair.kind === 'crossing' ? null : h('small', { class: 'who' }, word('status', pair.status))));
}

const noteWords = (pair) => ({ repeat: t('重复开挖', 'repeat dig'), before_paving: t('路面将施工', 'paving to come'), after_paving: t('路面刚施工', 'paved before') })[pair.note.code];
const body = document.querySelector('.pairs tbody');

function drawList(onePage = true) {
  const from = onePage ? state.page * PAGE : 0, part = onePage ? shown.slice(from, from + PAGE) : shown;
  body.replaceChildren(...part.map(rowOf));
  const empty = document.querySelector('.panel .empty');
  empty.hidden = shown.length > 0;
  empty.textContent = N ? t('没有符合条件的工程。请放宽筛选。', 'No pair fits. Widen the filter.') : t('没有共用路段的工程，也没有交叉。', 'No works share a stretch, and none cross.');
  const total = shown.reduce((sum, k) => sum + (pairs[k].shared_m ?? 0), 0), pages = Math.max(1, Math.ceil(shown.length / PAGE));
  find('sums').textContent = t(`${whole.format(shown.length)} 对，共用 ${fine.format(total / 1000)} km`, `${whole.format(shown.length)} pairs, ${fine.format(total / 1000)} km shared`);
  find('page').textContent = `${state.page + 1} / ${pages}`;
  find('prev').disabled = state.page === 0;
  find('next').disabled = state.page >= pages - 1;
  document.querySelectorAll('.pairs th').forEach((head) => { const own = head.firstElementChild.dataset.sort === state.sort; head.setAttribute('aria-sort', own ? (state.down ? 'descending' : 'ascending') : 'none'); });
  if (state.pair !== null) unfold(state.pair, false);
}

function filter(keepPage) {
  shown = sorted(matching());
  if (!keepPage) state.page = 0;
  state.page = Math.min(state.page, Math.max(0, Math.ceil(shown.length / PAGE) - 1));
  document.querySelectorAll('.count').forEach((one) => one.setAttribute('aria-pressed', String(one.dataset.status === state.status)));
  find('only').value = state.only;
  drawList();
  drawBands(shown);
}

const workLine = (i) => h('tr', {}, h('th', {}, dot(i), works.id[i]), h('td', {}, [works.kind[i] === 'route' ? '' : word('works', works.kind[i]), works.utility[i] ? word('utilities', works.utility[i]) : '', works.party[i] ?? works.project[i]].filter(Boolean).join(' · ')), h('td', {}, works.start[i] || works.end[i] ? `${works.start[i] ?? '—'} – ${works.end[i] ?? '—'}` : t('日期未填', 'no dates')));
const side = (code) => (code ? word('sides', code) : '—');
const stretchLine = (one) => h('tr', {}, h('td', {}, roadOf(one.road_name, one.place)), h('td', { class: 'num' }, one.from_m === null ? '—' : `${tenth.format(one.from_m)}–${tenth.format(one.to_m)}`), h('td', { class: 'num' }, tenth.format(one.shared_m)), h('td', {}, `${side(one.side_a)} / ${side(one.side_b)}`), h('td', { class: 'num' }, one.gap_m === null ? '—' : tenth.format(one.gap_m)), h('td', {}, one.pavement ? word('pavements', one.pavement) : ''));

function card(k) {
  const pair = pairs[k];
  return h('div', { class: 'card' }, h('div', { class: 'chips' }, statusChip(pair), pair.same_party === true ? h('span', { class: 'chip' }, t('同一单位', 'same party')) : null),
    pair.status === 'together' && pair.common[0] ? h('p', { class: 'note' }, t('共同日期（未定的时段已按设定放宽）', 'in common (loose windows widened as set) '), ` ${pair.common[0]} – ${pair.common[1]}`) : null,
    pair.note ? h('p', { class: 'say' }, say(pair.note)) : null, h('table', {}, workLine(pair.a), workLine(pair.b)),
    pair.short_m === null ? null : h('p', { class: 'short' }, t(`两项并行 ${tenth.format(pair.short_m)} m，各段不足 ${meta.least} m，按交叉计。`, `They run together for ${tenth.format(pair.short_m)} m, in pieces of less than ${meta.least} m: told as a crossing.`)),
    pair.kind === 'shared' ? [h('h4', {}, t('共用路段', 'Shared stretches')), h('table', { class: 'stretches' }, h('tr', {}, [t('道路', 'road'), t('里程 m', 'from–to m'), t('共用 m', 'shared m'), t('侧', 'sides'), t('间距 m', 'gap m'), t('路面', 'pavement')].map((one, n) => h('th', { class: n === 1 || n === 2 || n === 4 ? 'num' : null }, one))), pair.stretches.map(stretchLine))] : null,
    pair.dig ? h('p', {}, h('a', { href: `#${pair.dig}` }, t(`已排入 ${pair.dig}`, `planned in ${pair.dig}`))) : null,
    pair.why ? [h('h4', {}, t('为何未能同步', 'Why they are not joined')), h('p', {}, say(pair.why)), pair.why.change ? h('p', {}, h('b', {}, t('最小的改动：', 'Smallest change: ')), say(pair.why.change), pair.why.confirmed === true ? h('span', { class: 'ok' }, t(' 重新排期已证实', ' confirmed by planning again')) : null) : null] : null,
    h('p', { class: 'note' }, pair.match_id));
}

function fold() {
  body.querySelector('tr.proof')?.remove();
  const row = body.querySelector('tr.row.open');
  row?.classList.remove('open');
  row?.setAttribute('aria-expanded', 'false');
}

function unfold(k, move) {
  fold();
  const row = body.querySelector(`tr.row[data-k="${k}"]`);
  if (!row) return;
  row.classList.add('open');
  row.setAttribute('aria-expanded', 'true');
  row.after(h('tr', { class: 'proof' }, h('td', { colspan: 4 }, card(k))));
  choose([k], [], move);
}

function toggle(k) {
  const open = state.pair === k;
  state.pair = open ? null : k;
  if (open) { fold(); choose([], [], false); } else unfold(k, true);
  remember();
}

// From the map: the pair may be on another page, or filtered away.
function open(k) {
  if (!shown.includes(k)) { Object.assign(state, { status: '', q: '', only: '' }); find('q').value = ''; filter(true); }
  state.page = Math.floor(shown.indexOf(k) / PAGE);
  state.pair = k;
  drawList();
  choose([k], [], false);
  const scroll = document.querySelector('.scroll'), row = body.querySelector(`tr.row[data-k="${k}"]`);
  if (scroll.scrollHeight > scroll.clientHeight + 1) scroll.scrollTop = row.offsetTop - 34; else row.scrollIntoView({ block: 'start' });
  remember();
}
