// The ground of the map, its names and its legend; what lies on it is drawn by whoever comes after.
const map = window.waixianMap;
map.createPane('ground').style.zIndex = 350;
map.getPane('ground').style.pointerEvents = 'none';
const paper = { ground: L.canvas({ pane: 'ground', padding: 0.3 }) };

// ── the ground ──────────────────────────────────────────────────────────────────────────────────────────────────────
const paint = styles.ground;
const byWidth = []; // lines drawn at their true width once that is more than the least
const thin = []; // control lines: from afar they would hide the streets
const groundLayers = {};
const ownLayers = []; // of whoever comes after: {sign, name, layer, note, shown}, each with its switch in the legend
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

// ── legend and notes ────────────────────────────────────────────────────────────────────────────────────────────────
const legend = L.control({ position: 'bottomleft' }), rests = L.control({ position: 'bottomright' });
legend.onAdd = () => { const box = h('div', { class: 'legend' }); L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box); return box; };
rests.onAdd = () => h('div', { class: 'rests' });
const swatch = (style) => s('svg', { viewBox: '0 0 34 14', 'aria-hidden': 'true' }, s('path', { d: 'M2 7H32', fill: 'none', stroke: style.colour, 'stroke-width': style.width, 'stroke-dasharray': style.dash ? style.dash.join(' ') : null, 'stroke-linecap': style.dash && style.dash[0] === 1 ? 'round' : null }));
const patch = (fillColour, line) => s('svg', { viewBox: '0 0 34 14', 'aria-hidden': 'true' }, s('rect', { x: 5, y: 2, width: 24, height: 10, fill: fillColour, stroke: line }));
const cased = (casing, width, colour, core) => s('svg', { viewBox: '0 0 34 14' }, s('path', { d: 'M2 7H32', stroke: casing, 'stroke-width': width }), s('path', { d: 'M2 7H32', stroke: colour, 'stroke-width': core }));
const signs = { roads: () => cased(paint.roads.arterial.casing, 8, '#fff', 5.5), highways: () => patch(paint.highways.colour, paint.highways.casing), green: () => patch(paint.green.fill, paint.green.line), heritage: () => patch('#eadfd3', paint.heritage.line), planning: () => swatch({ colour: paint.planning.line, width: 1.5, dash: paint.planning.dash }), trees: () => s('svg', { viewBox: '0 0 34 14' }, s('circle', { cx: 17, cy: 7, r: 5, fill: paint.trees.fill, stroke: paint.trees.line })) };

// Own lines of the legend first, then the ground, each layer with its switch.
function fillLegend(own) {
  const box = legend.getContainer(), open = box.querySelector('details')?.open ?? !window.matchMedia('(max-width: 760px)').matches; // innerWidth grows with a wide table
  box.replaceChildren(h('details', { open }, h('summary', {}, t('图例', 'Legend')), own, h('hr'), ownLayers.map(ownSwitch),
    ground.map((one) => h('label', {}, h('input', { type: 'checkbox', checked: map.hasLayer(groundLayers[one.layer]), onchange: (event) => { event.target.checked ? groundLayers[one.layer].addTo(map) : groundLayers[one.layer].remove(); drawNames(); } }), signs[one.layer](), word('layers', one.layer), one.within_m ? h('small', {}, t(`线路 ${one.within_m} m 内`, `within ${one.within_m} m`)) : null))));
  rests.getContainer().replaceChildren(`${meta.city} · CGCS2000 · ${t('北在上', 'north up')} ↑`);
}

function ownSwitch(one) {
  const turn = (event) => { event.target.checked ? one.layer.addTo(map) : one.layer.remove(); one.shown?.(event.target.checked); };
  return h('label', {}, h('input', { type: 'checkbox', checked: map.hasLayer(one.layer), 'data-own': one.key, onchange: turn }), one.sign(), one.name(), one.note ? h('small', {}, one.note()) : null);
}

function startGround(bounds, restyle) {
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [30, 30], animate: false });
  drawGround();
  legend.addTo(map);
  rests.addTo(map);
  trueWidths();
  redLines();
  L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map);
  map.on('zoomend', () => { trueWidths(); restyle(); redLines(); }).on('moveend', drawNames);
}
