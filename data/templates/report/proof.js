// The proof of one route, made when somebody looks.
let pool = null;
// A thumb leaves as soon as it has touched: what it chose stays lit.
const hover = (act) => (event) => { if (event.pointerType === 'mouse') act(); };

const chunks = new Map();

function proof(i) {
  if (i >= meta.proofs) return null;
  pool ??= read('pool');
  const n = Math.floor(i / meta.chunk);
  if (!chunks.has(n)) chunks.set(n, read(`proofs-${n}`));
  const packed = chunks.get(n)[i - n * meta.chunk];
  const place = (value) => (typeof value === 'number' ? pool[value] : value);
  const verdict = { ...packed, headline: place(packed.headline), rests_on: place(packed.rests_on) };
  for (const name of ['permits', 'readings', 'notes']) verdict[name] = packed[name].map(place);
  verdict.findings = packed.findings.map(place).map((one) => ({ ...pool[one.$f], ...one, at: (one.at ?? []).map((k) => packed.stretches[k]) }));
  return verdict;
}

const answerBox = (answer) => h('span', { class: `answer ${answer}` }, say(styles.answers[answer]) || answer);
const compare = { le: '≤', lt: '<', ge: '≥', gt: '>', eq: '=' };

function citation(cite, label) {
  if (!cite || !cite.title) return null;
  const link = /^https?:\/\//.test(cite.href ?? '') ? h('a', { href: cite.href, rel: 'noreferrer', target: '_blank' }, t('原文出处', 'source')) : null;
  return h('details', { class: 'cite' }, h('summary', {}, label ?? `${cite.clause || cite.title}`), h('p', { class: 'says' }, h('b', {}, cite.title), ` ${cite.clause ?? ''}`, h('br'), cite.says ?? '', ' ', link));
}

function stretchWords(one) {
  const name = one.name ?? one.id ?? word('codes', one.kind);
  const more = [one.name && one.kind ? word('codes', one.kind) : '', one.side ? word('sides', one.side) : '', one.bored ? t('非开挖', 'bored') : '', one.locked_until ? t(`限制至 ${one.locked_until}`, `locked until ${one.locked_until}`) : ''].filter(Boolean);
  return `${name} ${tenth.format(one.from_m)}–${tenth.format(one.to_m)} m${more.length ? `（${more.join(t('，', ', '))}）` : ''}`;
}

function value(one) {
  if (one.answer === 'unknown') return t('缺资料', 'no data');
  if (typeof one.value === 'string') return word('utilities', one.value);
  if (one.value === undefined || one.value === null) return '';
  const limit = typeof one.limit === 'number' && one.limit < 1e5 && !(one.test === 'gt' && one.limit === 0) ? ` ${t('限', 'limit')} ${compare[one.test] ?? ''}${number(one.limit)}` : '';
  return `${number(one.value)} ${one.unit}${limit}`;
}

function findingRow(one, k, label) {
  const stretches = one.at ?? [];
  const flags = [one.margin !== undefined && one.test !== 'gt' && one.test !== 'eq' ? t(`余量 ${number(one.margin)} ${one.unit}`, `margin ${number(one.margin)} ${one.unit}`) : '', one.at_limit ? t('在精度范围内贴近限值', 'at the limit, within accuracy') : '', one.estimated ? t('含估计值', 'rests on an estimate') : '', one.reading ? t('取决于读法', 'rests on a reading') : ''].filter(Boolean);
  const missing = one.missing ? h('div', {}, say(one.missing), one.missing.office ? `${t('；可向', '; ask ')}${one.missing.office}${t('索取', '')}` : '') : null;
  return h('div', { class: 'finding', 'data-k': k, onpointerenter: hover(() => lightStretches(stretches.length ? k : null, null)), onpointerleave: hover(() => lightStretches(null, null)) },
    answerBox(one.answer), h('span', { class: 'ask' }, label ? h('span', { class: 'badge' }, label) : null, say(one.title)), h('span', { class: 'value' }, value(one)),
    h('div', { class: 'more' }, missing, flags.length ? h('div', {}, flags.join(t('；', '; '))) : null,
      stretches.length ? h('div', { class: 'spots' }, stretches.map((stretch, j) => h('button', { type: 'button', class: 'spot', 'data-j': j, onpointerenter: hover(() => lightStretches(k, j)), onpointerleave: hover(() => lightStretches(k, null)), onfocus: () => lightStretches(k, j), onblur: () => lightStretches(null, null), onclick: () => { lightStretches(k, j); if (stretch.line) showStretch(unpack(stretch.line, 1e7)); } }, stretchWords(stretch)))) : null,
      citation(one.citation)));
}

// From 0 to beyond the limit: the length, what is summed with it, the accuracy, the limits.
function ruler(length) {
  const marks = meta.limits.map((one) => one.value), own = length.counted_m ?? length.planar_m, sum = Math.max(length.sum_m ?? 0, own);
  const end = Math.max(sum * 1.1, ...marks.map((one) => one * 1.2), 10), left = 2, width = window.innerWidth > 760 ? 436 : 336, x = (value) => left + (value / end) * width;
  const label = t(`本线 ${metres(own)}，合计 ${metres(sum)}，限值 ${marks.map(metres).join('、')}`, `this line ${metres(own)}, sum ${metres(sum)}, limit ${marks.map(metres).join(', ')}`);
  const part = [s('path', { d: `M${left} 40H${left + width}`, stroke: '#aeb6be' }), s('text', { x: left, y: 54, 'font-size': 12, fill: '#55626f' }, '0'),
    s('rect', { x: left, y: 24, width: x(sum) - left, height: 12, fill: '#c9d6e2' }), s('rect', { x: left, y: 24, width: x(own) - left, height: 12, fill: '#33648f' }),
    s('path', { d: `M${x(Math.max(sum - length.accuracy_m, 0))} 30H${x(sum + length.accuracy_m)}`, stroke: '#000', 'stroke-width': 1.5 })];
  for (const mark of marks) part.push(s('path', { d: `M${x(mark)} 17V42`, stroke: '#b00020', 'stroke-width': 1.5, 'stroke-dasharray': '4 2' }), s('text', { x: x(mark), y: 54, 'font-size': 12, fill: '#b00020', 'text-anchor': 'middle' }, `${t('限值', 'limit')} ${number(mark)} m`));
  part.push(s('text', { x: left, y: 13, 'font-size': 12, fill: '#22313f' }, `${t('本线', 'this line')} ${metres(own)}${sum > own + 0.0005 ? ` · ${t('合计', 'sum')} ${metres(sum)}` : ''}`));
  return s('svg', { class: 'ruler', viewBox: `0 0 ${width + 4} 58`, role: 'img', 'aria-label': label }, part);
}

function permitTable(permits) {
  if (!permits.length) return h('p', { class: 'note' }, t('本文件所列许可均不涉及。', 'None of the permits of this document is met.'));
  const state = (one) => one.state ?? (one.waived ? 'waived' : 'owed');
  return h('table', {}, permits.map((one) => h('tr', {}, h('td', {}, h('b', {}, word('permit_states', state(one)))), h('td', {}, say(one.title) || one.item, h('div', { class: 'note' }, t(one.authority, one.authority_en ?? one.authority)), state(one) === 'waived' ? null : h('div', { class: 'note' }, t(one.term, one.term_en ?? one.term)),
    one.papers?.length ? h('details', { class: 'cite' }, h('summary', {}, t(`材料 ${one.papers.length} 件`, `${one.papers.length} papers`)), h('p', { class: 'says' }, one.papers.join('、'), one.form ? `（${one.form}）` : '')) : null, citation(one.citation)))));
}

function group(found) {
  const title = { project_utility: t('同项目同种类', 'same project and utility'), project: t('同项目', 'same project'), cluster: t('相接的同类线路', 'touching lines of the kind') };
  const parts = Object.entries(found).map(([name, one]) => h('tr', {}, h('td', {}, title[name] ?? name), h('td', {}, `${whole.format(one.n)} ${t('条，合计', 'lines, together')} ${metres(one.counted_m)}`, h('div', { class: 'note' }, one.routes.join('、'), one.n > one.routes.length ? ' …' : ''))));
  return parts.length ? [h('h4', {}, t('一并计算的线路', 'Lines that belong together')), h('table', {}, parts)] : null;
}

// Who else digs on the same stretch, and whether the days meet.
function company(found) {
  if (!found) return null;
  const dates = (one) => (one.status === 'together' ? t(`共同 ${one.days_in_common} 天`, `${one.days_in_common} days in common`) : word('matches', one.status));
  const row = (one) => h('tr', {}, h('td', {}, h('b', {}, one.with), h('div', { class: 'note' }, [one.with_kind === 'route' ? '' : word('matches', one.with_kind), one.party].filter(Boolean).join(' · '))), h('td', {}, [word('matches', one.kind), one.road_name].filter(Boolean).join(' · '), h('div', { class: 'note' }, say(one.note))), h('td', { class: 'num' }, one.kind === 'shared' ? metres(one.shared_m) : '', h('div', { class: 'note' }, dates(one))));
  return [h('h4', {}, t('同一路段的其他工程', 'Other works on the same stretch')), found.n ? h('table', {}, found.shown.map(row)) : h('p', { class: 'note' }, t('没有。', 'None.')), found.n > found.shown.length ? h('p', { class: 'note' }, t(`共 ${found.n} 项，其余见结果文件的 verdict 字段。`, `${found.n} in all; the rest is in the field verdict of the answer file.`)) : null];
}

function readings(found) {
  if (!found.length) return null;
  return [h('h4', {}, t('取决于下列读法', 'Rests on these readings')), h('table', {}, found.map((one) => h('tr', {}, h('td', {}, one.switch ? one.code : t('推断', 'inferred')), h('td', {}, say(one.title), one.chosen ? h('b', {}, `${t('：', ': ')}${say(one.chosen)}`) : null, h('span', { class: 'note' }, one.confirmed_by?.office ? ` ${one.confirmed_by.office} ${one.confirmed_by.document ?? ''}` : t('（未经确认）', ' (not confirmed)')), one.argument ? h('details', { class: 'cite' }, h('summary', {}, t('理由', 'argument')), h('p', { class: 'says' }, say(one.argument))) : null))))];
}

function restsOn(rests) {
  const days = (as_of) => Math.round((Date.parse(meta.on) - Date.parse(as_of)) / 864e5);
  return h('table', {}, rests.deliveries.map((one) => h('tr', {}, h('td', {}, word('layers', one.layer)), h('td', {}, one.delivered === false ? h('span', { class: 'stale' }, t('未提供', 'not delivered')) : [one.as_of ?? '—', one.as_of ? h('span', { class: 'note' }, ` ${days(one.as_of)} ${t('天前', 'days before')}`) : null]), h('td', {}, one.delivered === false ? '' : one.covers ? t('覆盖本线', 'covers the line') : h('span', { class: 'stale' }, t('未覆盖或未声明', 'does not cover, or not stated')), one.stated_by ? h('div', { class: 'note' }, one.stated_by) : null), h('td', {}, one.owner ?? ''))));
}

function chipsOf(verdict) {
  const sure = styles.certainty[verdict.certainty];
  return h('div', { class: 'chips' }, outcomeChip(verdict.outcome), verdict.conditions.map((one) => h('span', { class: 'chip' }, icon(one), h('span', {}, word('conditions', one)))),
    h('span', { class: 'chip', style: sure ? `background:${sure.tint};color:${sure.ink}` : null }, say(sure) || verdict.certainty), verdict.immediate ? h('span', { class: 'chip' }, say(styles.immediate)) : null);
}

function couldBe(verdict) {
  const same = verdict.could_be.outcome === verdict.outcome && verdict.could_be.conditions.join() === verdict.conditions.join();
  return same ? null : h('p', { class: 'note' }, t('未知项若全部不利：', 'If every unknown came out badly: '), word('outcomes', verdict.could_be.outcome), verdict.could_be.conditions.length ? `；${verdict.could_be.conditions.map((one) => word('conditions', one)).join('、')}` : '');
}

// Findings that rest on one stretch share its badge.
function shareBadges(shown) {
  const first = new Map();
  for (const one of shown.filter((each) => each.always)) {
    const same = first.get(one.place);
    if (same) { same.label += `·${one.label}`; one.always = false; } else first.set(one.place, one);
  }
}

function card(i) {
  const verdict = proof(i);
  if (!verdict) return h('div', { class: 'card' }, h('p', {}, t('本页未收录此条的判定依据；请看 GeoJSON 或 Parquet 结果文件的 verdict 字段。', 'The proof of this route is not in this page; see the field verdict of a GeoJSON or Parquet answer file.')));
  const length = verdict.length, decides = verdict.findings.filter((one) => one.decides), other = verdict.findings.filter((one) => !one.decides);
  const all = [...decides, ...other], labels = all.map((one, k) => (one.decides && one.at.length ? String(k + 1) : ''));
  const rowsOf = (found, from) => found.map((one, k) => findingRow(one, from + k, labels[from + k]));
  const shown = all.flatMap((one, k) => one.at.map((stretch, j) => ({ finding: k, stretch: j, place: stretch, line: stretch.line ? unpack(stretch.line, 1e7) : null, label: labels[k] || '·', always: Boolean(one.decides) }))).filter((one) => one.line && one.line.length > 1);
  shareBadges(shown);
  const node = h('div', { class: 'card' }, h('h3', {}, say(verdict.headline)), chipsOf(verdict), couldBe(verdict), ruler(length),
    h('div', { class: 'kv' }, [[t('平面长', 'planar'), length.planar_m], [t('椭球长', 'geodesic'), length.geodesic_m], [t('计长', 'counted'), length.counted_m], [t('开挖', 'dug'), length.dug_m], [t('沟宽', 'trench'), length.trench_width_m]].filter(([, one]) => one !== undefined && one !== null).map(([name, one]) => h('div', {}, h('span', {}, `${name} `), `${fine.format(one)} m`)), length.trench_estimated ? h('span', {}, t('沟宽为估计', 'trench width estimated')) : null, h('div', {}, h('span', {}, `${t('计划挖掘', 'planned dig')} `), verdict.dig.map((day) => day ?? '—').join(' – '))),
    h('h4', {}, t('起决定作用', 'What decides')), decides.length ? rowsOf(decides, 0) : h('p', { class: 'note' }, t('没有单独起决定作用的规则。', 'No single rule decides.')),
    h('details', {}, h('summary', {}, h('h4', { style: 'display:inline-block' }, t(`其他已核查的 ${other.length} 项`, `${other.length} more that were checked`))), rowsOf(other, decides.length)),
    h('h4', {}, t('许可事项', 'Permit items')), permitTable(verdict.permits), group(verdict.group), company(verdict.matches), readings(verdict.readings),
    verdict.notes.length ? [h('h4', {}, t('说明', 'Notes')), verdict.notes.map((one) => h('div', { class: 'note' }, say(one)))] : null,
    h('h4', {}, t('所依据的资料', 'Data that this rests on')), restsOn(verdict.rests_on), h('p', { class: 'note' }, `${verdict.rests_on.pack} · ${verdict.notice}`));
  drawStretches(shown, (k, j) => {
    node.querySelectorAll('.on').forEach((one) => one.classList.remove('on'));
    lightStretches(k, j);
    if (k === null) return;
    const found = node.querySelector(`.finding[data-k="${k}"]`);
    found?.classList.add('on');
    found?.querySelector(`.spot[data-j="${j}"]`)?.classList.add('on');
    found?.scrollIntoView({ block: 'nearest' });
  });
  return node;
}
