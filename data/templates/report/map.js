// Routes by verdict above the ground, deciding stretches on top.
const rows = read('rows'), N = rows.row_no.length;
['routes', 'deciding'].forEach((name, n) => { map.createPane(name).style.zIndex = 400 + 50 * n; });
Object.assign(paper, { routes: L.canvas({ pane: 'routes', padding: 0.3, tolerance: 7 }), deciding: L.svg({ pane: 'deciding', padding: 0.5 }) });

const lines = rows.lines.map((parts) => parts.map((part) => unpack(part, 1e7)));
const bounds = L.latLngBounds([]);
lines.forEach((parts) => parts.forEach((part) => part.forEach((spot) => bounds.extend(spot))));

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

function restyleRoutes() {
  casing.setStyle({ weight: 5 * nearness() + 3 });
  for (const [i, line] of drawn) { const style = i === picked ? strong(i) : routeStyle(i); if (line.options.weight !== style.weight) line.setStyle(style); }
}

function drawLegend() {
  const present = Object.keys(words.outcomes).filter((outcome) => rows.outcome.includes(outcome));
  fillLegend([present.map((outcome) => h('div', {}, swatch(look(outcome)), word('outcomes', outcome))), h('div', {}, cased('#fff', 8, '#000', 4), t('起决定作用的一段', 'deciding stretch'))]);
}

const startMap = () => startGround(bounds, restyleRoutes);
