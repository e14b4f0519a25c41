// Existing pipes, where somebody who may see them put them in.
const pipes = read('pipes');
map.createPane('pipes').style.zIndex = 370;
const pipeLayer = L.layerGroup(), pipePaper = L.canvas({ pane: 'pipes', padding: 0.3, tolerance: 6 });
const size = (one) => (one.diameter_mm ? `DN${number(one.diameter_mm)}` : one.voltage_kv ? `${number(one.voltage_kv)} kV` : '');
function pipeTip(one) {
  const rest = [one.material, one.depth_m === undefined ? t('埋深未知', 'depth unknown') : `${t('埋深', 'depth')} ${number(one.depth_m)} m`, one.state && one.state !== 'in_use' ? word('codes', one.state) : '', one.owner].filter(Boolean);
  return h('span', { class: 'tip' }, h('b', {}, `${word('utilities', one.utility) || t('管线', 'pipe')} ${size(one)}`), ` ${one.pipe_id}`, h('br'), rest.join(' · '));
}
for (const one of pipes?.pipes ?? []) {
  const colour = (styles.utilities[one.utility] ?? styles.utilities.other).colour;
  const line = L.polyline(one.parts.map((part) => unpack(part, 1e7)), { renderer: pipePaper, color: colour, weight: 2.2, opacity: 0.9, dashArray: one.state === 'abandoned' ? '3 5' : null });
  pipeLayer.addLayer(line.bindTooltip(() => pipeTip(one), { sticky: true }));
}
const shownPipes = (pipes?.pipes ?? []).length;
if (pipes) ownLayers.push({ key: 'pipes', layer: pipeLayer.addTo(map), name: () => t('现状管线', 'existing pipes'), note: () => t(`外线 ${pipes.near_m} m 内 ${shownPipes} 条${pipes.total > shownPipes ? `（共 ${pipes.total}，收近处）` : ''}`, `${shownPipes}${pipes.total > shownPipes ? ` of ${pipes.total}` : ''} within ${pipes.near_m} m`), sign: () => s('svg', { viewBox: '0 0 34 14' }, ['water', 'gas', 'power'].map((one, k) => s('path', { d: `M2 ${3 + 4 * k}H32`, stroke: styles.utilities[one].colour, 'stroke-width': 2 }))) });
