// The map: the ground below, routes by verdict above, deciding stretches on top.
const map = window.waixianMap;
['ground', 'routes', 'deciding'].forEach((name, n) => { map.createPane(name).style.zIndex = 350 + 50 * n; });
map.getPane('ground').style.pointerEvents = 'none';
const paper = { ground: L.canvas({ pane: 'ground', padding: 0.3 }), routes: L.canvas({ pane: 'routes', padding: 0.3, tolerance: 7 }), deciding: L.svg({ pane: 'deciding', padding: 0.5 }) };

const lines = rows.lines.map((parts) => parts.map((part) => unpack(part, 1e7)));
const bounds = L.latLngBounds([]);
lines.forEach((parts) => parts.forEach((part) => part.forEach((spot) => bounds.extend(spot))));

// ── the ground ──────────────────────────────────────────────────────────────────────────────────────────────────────
const paint = styles.ground;
const byWidth = []; // lines drawn at their true width once that is more than the least
const thin = []; // control lines: from afar they would hide the streets
const groundLayers = {};
const redLines = () => { const opacity = map.getZoom() < 14.5 ? 0 : 0.6; thin.forEach((line) => line.setStyle({ opacity })); };
const metresPerPixel = () => 40075016.686 * Math.cos((map.getCenter().lat * Math.PI) / 180) / 2 ** (map.getZoom() + 8);
const ROADS = ['unknown', 'internal', 'branch', 'secondary', 'arterial', 'expressway'];

function strokes(layer, group, parts) {
  if (layer === 'roads' || layer === 'highways') {
    const look = layer === 'roads' ? paint.roads[group.kind] ?? paint.roads.unknown : paint.highways;
    return [
      { order: 0, line: track(parts, look.casing, look.width, group.width_m, 2) },
      { order: 1, line: track(parts, look.colour, look.width, group.width_m, 0) },
    ];
  }
  const base = { renderer: paper.ground, interactive: false, smoothFactor: 1 };
  if (layer === 'green') return [{ order: 0, line: L.polygon(parts, { ...base, color: paint.green.line, weight: 0.8, fillColor: paint.green.fill, fillOpacity: group.kind === 'planned' ? 0.4 : 1, dashArray: group.kind === 'planned' ? '4 4' : null }) }];
  if (layer === 'heritage') return [{ order: 0, line: L.polygon(parts, { ...base, color: paint.heritage.line, weight: 1.2, dashArray: paint.heritage.dash.join(' '), fillColor: paint.heritage.fill, fillOpacity: group.kind === 'old_city' ? 0.05 : paint.heritage.fill_opacity }) }];
  if (layer === 'planning' && group.kind === 'river') return [{ order: 0, line: L.polygon(parts, { ...base, color: '#a9c6d6', weight: 0.8, fillColor: '#cfe1ea', fillOpacity: 1 }) }];
  if (layer === 'planning' && group.kind === 'rail') return [{ order: 0, line: L.polygon(parts, { ...base, color: '#77797c', weight: 1, dashArray: '7 4', fillColor: '#8f9296', fillOpacity: 0.18 }) }];
  const line = L.polygon(parts, { ...base, color: group.kind === 'green_line' ? '#5b8a3c' : paint.planning.line, weight: paint.planning.width, opacity: 0.6, dashArray: paint.planning.dash.join(' '), fill: false });
  thin.push(line);
  return [{ order: 0, line }];
}

function track(parts, colour, least, width_m, more) {
  const line = L.polyline(parts, { renderer: paper.ground, interactive: false, color: colour, weight: least + more, lineCap: 'round', smoothFactor: 1 });
  byWidth.push({ line, least, width_m, more });
  return line;
}

function drawGround() {
  for (const one of [...ground].sort((a, b) => layerOrder(a) - layerOrder(b))) {
    const made = [];
    for (const group of one.groups) {
      if (one.layer === 'trees') { trees(group, made); continue; }
      const parts = group.area ? group.parts.map((rings) => rings.map((ring) => unpack(ring, 1e6))) : group.parts.map((part) => unpack(part, 1e6));
      made.push(...strokes(one.layer, group, parts).map((stroke) => ({ ...stroke, rank: ROADS.indexOf(group.kind) })));
    }
    // All casings below all surfaces: crossings open, as on a printed map.
    made.sort((a, b) => a.order - b.order || a.rank - b.rank);
    groundLayers[one.layer] = (groundLayers[one.layer] ?? L.layerGroup());
    made.forEach(({ line }) => groundLayers[one.layer].addLayer(line));
    groundLayers[one.layer].addTo(map);
  }
}
const layerOrder = (one) => ['green', 'heritage', 'planning', 'highways', 'roads', 'trees'].indexOf(one.layer);

function trees(group, made) {
  for (const [y, x] of group.parts.map((part) => unpack(part, 1e6)[0])) {
    const style = { renderer: paper.ground, interactive: false, color: paint.trees.line, weight: 0.8, fillColor: paint.trees.fill, fillOpacity: 0.75 };
    made.push({ order: 0, rank: 0, line: group.width_m > 0 ? L.circle([y, x], { ...style, radius: group.width_m }) : L.circleMarker([y, x], { ...style, radius: 3 }) });
  }
}

function restyleRoutes() {
  casing.setStyle({ weight: 5 * nearness() + 3 });
  for (const [i, line] of drawn) { const style = i === picked ? strong(i) : routeStyle(i); if (line.options.weight !== style.weight) line.setStyle(style); }
}

function trueWidths() {
  const scale = metresPerPixel(), far = Math.min(1, Math.max(0.35, (map.getZoom() - 10) / 5));
  for (const { line, least, width_m, more } of byWidth) {
    const weight = Math.max(least * far, width_m / scale) + more * far;
    if (Math.abs(line.options.weight - weight) > 0.05) line.setStyle({ weight });
  }
}

// ── names ───────────────────────────────────────────────────────────────────────────────────────────────────────────
// Longest first, none over another, along its street; only what the view has room for.
const NAME_FROM = { expressway: 12.5, arterial: 13, secondary: 14.5, branch: 16, internal: 17, unknown: 16 };
const names = ground.flatMap((one) => one.labels.map(([text, kind, lon, lat, turn, size]) => ({ text, layer: one.layer, at: L.latLng(lat, lon), turn: one.layer === 'roads' ? turn : 0, size, from: one.layer === 'roads' ? NAME_FROM[kind] ?? 16 : one.layer === 'trees' ? 18 : one.layer === 'highways' ? 12 : 0 })))
  .sort((a, b) => (a.layer === 'roads') - (b.layer === 'roads') || b.size - a.size);
const nameBox = map.createPane('names');
nameBox.style.zIndex = 380;
nameBox.style.pointerEvents = 'none';

function drawNames() {
  const zoom = map.getZoom(), scale = metresPerPixel(), view = map.getBounds(), taken = [], shown = [];
  for (const one of names) {
    if (shown.length > 90) break;
    if (zoom < one.from || !map.hasLayer(groundLayers[one.layer]) || !view.contains(one.at)) continue;
    const width = [...one.text].reduce((sum, c) => sum + (c > '⺀' ? 12 : 6.6), 0);
    if (one.layer !== 'trees' && one.layer !== 'highways' && one.size / scale < width * (one.layer === 'roads' ? 1.15 : 1.4)) continue;
    const at = map.latLngToLayerPoint(one.at), turn = (one.turn * Math.PI) / 180;
    const w = Math.abs(width * Math.cos(turn)) + Math.abs(16 * Math.sin(turn)) + 8, d = Math.abs(width * Math.sin(turn)) + Math.abs(16 * Math.cos(turn)) + 4;
    const box = [at.x - w / 2, at.y - d / 2, at.x + w / 2, at.y + d / 2];
    if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
    taken.push(box);
    shown.push(h('span', { class: `name ${one.layer}`, style: `transform:translate(${at.x.toFixed(1)}px,${at.y.toFixed(1)}px) rotate(${one.turn}deg) translate(-50%,-50%)` }, one.text));
  }
  nameBox.replaceChildren(...shown);
}

// ── routes ──────────────────────────────────────────────────────────────────────────────────────────────────────────
const routeGroup = L.layerGroup().addTo(map);
const casing = L.polyline([], { renderer: paper.routes, interactive: false, color: '#fff', weight: 8, opacity: 0.85 }).addTo(map);
const severity = (outcome) => { const n = styles.severity_order.indexOf(outcome); return n < 0 ? 99 : n; };
const nearness = () => Math.min(1, Math.max(0.45, (map.getZoom() - 11) / 5)); // from afar lines are thinner, or they are blots
const routeStyle = (i) => { const one = look(rows.outcome[i]); return { color: one.colour, weight: one.width * nearness(), dashArray: one.dash ? one.dash.join(' ') : null, opacity: 1 }; };
let drawn = new Map(), lit = null, picked = null;
const onPick = [];

function drawRoutes(shown) {
  routeGroup.clearLayers();
  drawn = new Map();
  casing.setLatLngs(shown.flatMap((i) => lines[i]));
  for (const i of [...shown].sort((a, b) => severity(rows.outcome[b]) - severity(rows.outcome[a]))) {
    if (!lines[i].length) continue;
    const line = L.polyline(lines[i], { renderer: paper.routes, ...routeStyle(i) });
    line.on('click', () => onPick.forEach((tell) => tell(i))).on('mouseover', () => light(i)).on('mouseout', () => light(null));
    line.bindTooltip(() => h('span', { class: 'tip' }, h('b', {}, rows.route_id[i] ?? '—'), ` ${word('outcomes', rows.outcome[i])} · ${metres(rows.length_m[i])}`), { sticky: true });
    drawn.set(i, line.addTo(routeGroup));
  }
  if (picked !== null) raise(picked);
}

function light(i) {
  if (lit !== null && drawn.has(lit)) drawn.get(lit).setStyle(lit === picked ? strong(lit) : routeStyle(lit));
  document.querySelectorAll('tr.row.lit').forEach((row) => row.classList.remove('lit'));
  lit = i;
  if (i === null) return;
  if (drawn.has(i)) drawn.get(i).setStyle(strong(i));
  document.querySelector(`tr.row[data-i="${i}"]`)?.classList.add('lit');
}
const strong = (i) => ({ ...routeStyle(i), weight: look(rows.outcome[i]).width * nearness() + (i === picked ? 7 : 3) });
function raise(i) { const line = drawn.get(i); if (line) { line.setStyle(strong(i)); line.bringToFront(); } }

function pick(i, move) {
  if (picked !== null && drawn.has(picked)) drawn.get(picked).setStyle(routeStyle(picked));
  picked = i;
  casing.bringToBack();
  if (i === null || !lines[i].length) return;
  raise(i);
  if (move) map.fitBounds(L.latLngBounds(lines[i].flat()), { padding: [70, 70], maxZoom: 18, animate: false });
}

// ── deciding stretches ──────────────────────────────────────────────────────────────────────────────────────────────
const deciding = L.layerGroup().addTo(map);
let spots = []; // {finding, at, parts: [casing, core], pin, always}

function drawStretches(found, tell) {
  deciding.clearLayers();
  const at = styles.deciding;
  spots = found.map(({ finding, stretch, line, label, always }) => {
    const common = { renderer: paper.deciding, lineCap: 'butt', bubblingMouseEvents: false };
    const parts = [L.polyline(line, { ...common, color: at.casing, weight: at.casing_width }), L.polyline(line, { ...common, color: at.core, weight: at.core_width })];
    const middle = line[Math.floor(line.length / 2)], before = line[Math.max(0, Math.floor(line.length / 2) - 1)];
    const pin = L.marker([(middle[0] + before[0]) / 2, (middle[1] + before[1]) / 2], { icon: L.divIcon({ className: 'pin', html: '', iconSize: null, iconAnchor: [11, 30] }), keyboard: false });
    pin.on('add', () => { pin.getElement().textContent = label; });
    const one = { finding, stretch, parts, pin, always };
    [...parts, pin].forEach((part) => part.on('mouseover click', () => tell(finding, stretch)).on('mouseout', () => tell(null, null)));
    return one;
  });
  lightStretches(null, null);
}

// One finding's stretches, or one of them; null shows those that decide.
function lightStretches(finding, stretch) {
  for (const one of spots) {
    const mine = finding !== null && one.finding === finding && (stretch === null || one.stretch === stretch);
    const show = finding === null ? one.always : mine;
    for (const part of [...one.parts, one.pin]) show ? deciding.addLayer(part) : deciding.removeLayer(part);
    if (show) one.pin.getElement()?.classList.toggle('on', mine);
  }
}

function showStretch(line) { map.fitBounds(L.latLngBounds(line), { padding: [90, 90], maxZoom: 20, animate: false }); }

// ── legend and notes ────────────────────────────────────────────────────────────────────────────────────────────────
const legend = L.control({ position: 'bottomleft' }), rests = L.control({ position: 'bottomright' });
legend.onAdd = () => { const box = h('div', { class: 'legend' }); L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box); return box; };
rests.onAdd = () => h('div', { class: 'rests' });
const swatch = (style) => s('svg', { viewBox: '0 0 34 14', 'aria-hidden': 'true' }, s('path', { d: 'M2 7H32', fill: 'none', stroke: style.colour, 'stroke-width': style.width, 'stroke-dasharray': style.dash ? style.dash.join(' ') : null, 'stroke-linecap': style.dash && style.dash[0] === 1 ? 'round' : null }));
const patch = (fillColour, line) => s('svg', { viewBox: '0 0 34 14', 'aria-hidden': 'true' }, s('rect', { x: 5, y: 2, width: 24, height: 10, fill: fillColour, stroke: line }));

function drawLegend() {
  const box = legend.getContainer(), open = box.querySelector('details')?.open ?? window.innerWidth > 760;
  const present = Object.keys(words.outcomes).filter((outcome) => rows.outcome.includes(outcome));
  const sign = { roads: () => s('svg', { viewBox: '0 0 34 14' }, s('path', { d: 'M2 7H32', stroke: paint.roads.arterial.casing, 'stroke-width': 8 }), s('path', { d: 'M2 7H32', stroke: '#fff', 'stroke-width': 5.5 })), highways: () => patch(paint.highways.colour, paint.highways.casing), green: () => patch(paint.green.fill, paint.green.line), heritage: () => patch('#eadfd3', paint.heritage.line), planning: () => swatch({ colour: paint.planning.line, width: 1.5, dash: paint.planning.dash }), trees: () => s('svg', { viewBox: '0 0 34 14' }, s('circle', { cx: 17, cy: 7, r: 5, fill: paint.trees.fill, stroke: paint.trees.line })) };
  box.replaceChildren(h('details', { open }, h('summary', {}, t('图例', 'Legend')),
    present.map((outcome) => h('div', {}, swatch(look(outcome)), word('outcomes', outcome))),
    h('div', {}, s('svg', { viewBox: '0 0 34 14' }, s('path', { d: 'M2 7H32', stroke: '#fff', 'stroke-width': 8 }), s('path', { d: 'M2 7H32', stroke: '#000', 'stroke-width': 4 })), t('起决定作用的一段', 'deciding stretch')), h('hr'),
    ground.map((one) => h('label', {}, h('input', { type: 'checkbox', checked: map.hasLayer(groundLayers[one.layer]), onchange: (event) => { event.target.checked ? groundLayers[one.layer].addTo(map) : groundLayers[one.layer].remove(); drawNames(); } }), sign[one.layer](), word('layers', one.layer), one.within_m ? h('small', {}, t(`线路 ${one.within_m} m 内`, `within ${one.within_m} m`)) : null))));
  rests.getContainer().replaceChildren(`${meta.city} · CGCS2000 · ${t('北在上', 'north up')} ↑`);
}

function startMap() {
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [30, 30], animate: false });
  drawGround();
  legend.addTo(map);
  rests.addTo(map);
  trueWidths();
  redLines();
  L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map);
  map.on('zoomend', () => { trueWidths(); restyleRoutes(); redLines(); }).on('moveend', drawNames);
}
