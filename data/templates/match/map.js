// Works in the colours of their utilities, shared stretches as bands below them, crossings as rings.
const works = read('works'), pairs = read('pairs');
const W = works.id.length, N = pairs.length, joint = styles.joint_dig;
['band', 'works', 'chosen'].forEach((name, n) => { map.createPane(name).style.zIndex = 390 + 20 * n; });
Object.assign(paper, { band: L.canvas({ pane: 'band', padding: 0.3, tolerance: 4 }), works: L.canvas({ pane: 'works', padding: 0.3, tolerance: 6 }), chosen: L.svg({ pane: 'chosen', padding: 0.5 }) });

const worksLines = works.lines.map((parts) => parts.map((part) => unpack(part, 1e7)));
const pairLines = pairs.map((pair) => pair.stretches.flatMap((one) => one.line.map((part) => unpack(part, 1e7))));
const bounds = L.latLngBounds([]);
(pairs.length ? pairLines : worksLines).forEach((parts) => parts.forEach((part) => part.forEach((spot) => bounds.extend(spot))));

const workLook = (i) => styles.works[works.kind[i]] ?? styles.utilities[works.utility[i]] ?? styles.utilities.other;
const nearness = () => Math.min(1, Math.max(0.45, (map.getZoom() - 11) / 5));
const bandLayer = L.layerGroup().addTo(map), workLayer = L.layerGroup().addTo(map), chosenLayer = L.layerGroup().addTo(map);
let bands = new Map(), workDrawn = new Map();
const onPick = [];

const workTip = (i) => h('span', { class: 'tip' }, h('b', {}, works.id[i]), [works.kind[i] === 'route' ? '' : ` ${word('works', works.kind[i])}`, works.utility[i] ? ` ${word('utilities', works.utility[i])}` : '', works.party[i] ? ` · ${works.party[i]}` : ''].join(''), h('br'), works.start[i] || works.end[i] ? `${works.start[i] ?? '—'} – ${works.end[i] ?? '—'}` : t('日期未填', 'no dates'));
const pairTip = (k) => h('span', { class: 'tip' }, h('b', {}, `${works.id[pairs[k].a]} × ${works.id[pairs[k].b]}`), ` ${pairs[k].kind === 'shared' ? metres(pairs[k].shared_m) : word('kinds', pairs[k].kind)}`, h('br'), daysOf(pairs[k]));
const daysOf = (pair) => (pair.status === 'together' ? t(`共同 ${pair.days} 天`, `${pair.days} days in common`) : word('status', pair.status));

function drawWorks() {
  const weight = 3.2 * nearness();
  for (let i = W - 1; i >= 0; i--) {
    if (!worksLines[i].length) continue;
    const look = workLook(i), muted = !works.met[i];
    const line = L.polyline(worksLines[i], { renderer: paper.works, color: muted ? '#9AA3AB' : look.colour, opacity: muted ? 0.55 : 1, weight: muted ? 1.4 : weight, dashArray: works.kind[i] === 'paving' || works.kind[i] === 'road_project' ? '6 5' : null });
    line.bindTooltip(() => workTip(i), { sticky: true });
    line.on('click', () => onPick.forEach((tell) => tell({ work: i })));
    workDrawn.set(i, line.addTo(workLayer));
  }
}

// The bands of the pairs that the list shows.
function drawBands(shown) {
  bandLayer.clearLayers();
  bands = new Map();
  for (const k of shown) {
    const pair = pairs[k], style = { renderer: paper.band, color: joint.colour };
    const shape = pair.kind === 'shared' ? L.polyline(pairLines[k], { ...style, weight: joint.width * nearness() + 2, opacity: 0.6, lineCap: 'butt' })
      : L.circleMarker(pairLines[k][0][0], { ...style, radius: 5, weight: 2, opacity: 0.9, fill: false });
    shape.bindTooltip(() => pairTip(k), { sticky: true });
    shape.on('click', () => onPick.forEach((tell) => tell({ pair: k })));
    bands.set(k, shape.addTo(bandLayer));
  }
}

function restyle() {
  for (const [k, shape] of bands) if (pairs[k].kind === 'shared') shape.setStyle({ weight: joint.width * nearness() + 2 });
  for (const [i, line] of workDrawn) if (works.met[i]) line.setStyle({ weight: 3.2 * nearness() });
}

// Some pairs (and works) lit above all others; the view moves to them where asked.
function choose(some, alone, move) {
  chosenLayer.clearLayers();
  const lit = new Set(alone), at = L.latLngBounds([]);
  const add = (line, options) => chosenLayer.addLayer(L.polyline(line, { renderer: paper.chosen, interactive: false, ...options }));
  for (const k of some) {
    lit.add(pairs[k].a).add(pairs[k].b);
    if (pairs[k].kind === 'shared') { add(pairLines[k], { color: '#fff', weight: joint.width + 9, opacity: 0.9, lineCap: 'butt' }); add(pairLines[k], { color: joint.colour, weight: joint.width + 4, lineCap: 'butt' }); }
    else chosenLayer.addLayer(L.circleMarker(pairLines[k][0][0], { renderer: paper.chosen, interactive: false, color: joint.colour, radius: 11, weight: 4, fill: false }));
    pairLines[k].forEach((part) => part.forEach((spot) => at.extend(spot)));
  }
  for (const i of lit) {
    add(worksLines[i], { color: '#fff', weight: 7 });
    add(worksLines[i], { color: workLook(i).colour, weight: 4.5 });
    if (!some.length) worksLines[i].forEach((part) => part.forEach((spot) => at.extend(spot)));
  }
  if (move && at.isValid()) map.fitBounds(at, { padding: [60, 60], maxZoom: 18.5, animate: false });
}

function drawLegend() {
  const present = Object.keys(styles.utilities).filter((one) => works.utility.some((u, i) => u === one && works.met[i]));
  const kinds = Object.keys(styles.works).filter((one) => works.kind.includes(one));
  fillLegend([h('div', {}, swatch({ colour: joint.colour, width: 10 }), t('共用路段', 'shared stretch')), h('div', {}, s('svg', { viewBox: '0 0 34 14' }, s('circle', { cx: 17, cy: 7, r: 5, fill: 'none', stroke: joint.colour, 'stroke-width': 2 })), t('交叉', 'crossing')),
    present.map((one) => h('div', {}, swatch({ colour: styles.utilities[one].colour, width: 3.5 }), word('utilities', one))),
    kinds.map((one) => h('div', {}, swatch({ colour: styles.works[one].colour, width: 3, dash: [6, 5] }), word('works', one))),
    works.met.includes(0) ? h('div', {}, swatch({ colour: '#9AA3AB', width: 1.5 }), t('无共用的工程', 'works that share nothing')) : null]);
}
