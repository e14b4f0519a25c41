// The lines in a panel (on a phone a sheet that is raised and lowered); one of them open with its proof.
const panel = find('panel'), inner = find('inner');
let chosen = null;
const raised = (on) => { panel.classList.toggle('raised', on); find('handle').setAttribute('aria-expanded', String(on)); };

function lineRow(i) {
  const who = [rows.utility?.[i] ? word('utilities', rows.utility[i]) : '', rows.project?.[i], metres(rows.length_m[i])].filter(Boolean).join(' · ');
  return h('button', { type: 'button', class: 'line', 'data-i': i, onmouseenter: () => light(i), onmouseleave: () => light(null), onclick: () => open(i, true) },
    h('span', { class: 'id' }, rows.route_id[i] ?? '—'), outcomeChip(rows.outcome[i]), h('span', { class: 'who' }, who));
}

function drawPanel() {
  if (chosen === null) {
    find('handle-text').textContent = t(`${whole.format(N)} 条外线`, `${whole.format(N)} lines`);
    inner.replaceChildren(...rows.row_no.map((_, i) => lineRow(i)), about());
    return;
  }
  find('handle-text').textContent = `${rows.route_id[chosen] ?? '—'} · ${word('outcomes', rows.outcome[chosen])} · ${metres(rows.length_m[chosen])}`;
  inner.replaceChildren(h('button', { type: 'button', class: 'quiet back', onclick: shut }, t('‹ 全部外线', '‹ all lines')), card(chosen));
}

function about() {
  const said = meta.deliveries.map((one) => `${word('layers', one.layer)} ${one.as_of ?? t('日期未注明', 'no date')}`);
  return h('div', { class: 'about' }, h('p', {}, `${t('申报日期', 'filed')} ${meta.on} · ${meta.pack}`), h('p', {}, t('资料日期：', 'Data as of: '), said.join(t('、', ', '))),
    pipes ? null : h('p', {}, t('本图未收入现状管线。', 'Existing pipes are not on this map.')), h('p', {}, t('本页不访问网络；判定长度在工作坐标系中量算，图上量距为现场参考。', 'This page uses no network; verdicts are measured in the work CRS, what is measured here is a guide on the spot.')));
}

function open(i, move) {
  chosen = i;
  drawPanel();
  inner.scrollTop = 0;
  pick(i, false);
  raised(true);
  if (move && lines[i].length) frameLine(i);
}
// Into the part of the map that the sheet leaves free.
function frameLine(i) { const low = matchMedia('(max-width: 760px)').matches ? map.getSize().y * 0.55 : 0; map.fitBounds(L.latLngBounds(lines[i].flat()), { paddingTopLeft: [60, 70], paddingBottomRight: [60, 40 + low], maxZoom: 18, animate: false }); }
function shut() { chosen = null; pick(null); drawStretches([], () => {}); drawPanel(); }
find('handle').addEventListener('click', () => raised(!panel.classList.contains('raised')));
onPick.push((i) => { if (!ruled.on) open(i, false); });
