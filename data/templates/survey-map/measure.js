// Measuring: touch the map point by point; from three points on also the area.
const ruled = { on: false, spots: [], layer: L.layerGroup().addTo(map) };
map.createPane('ruled').style.zIndex = 640;
const ruledPaper = L.svg({ pane: 'ruled' });
const fieldM2 = 2000 / 3; // 亩

function drawRuled() {
  ruled.layer.clearLayers();
  const { spots } = ruled, style = { renderer: ruledPaper, interactive: false };
  if (spots.length > 2) ruled.layer.addLayer(L.polygon(spots, { ...style, stroke: false, fillColor: '#b00020', fillOpacity: 0.08 }));
  ruled.layer.addLayer(L.polyline(spots, { ...style, color: '#fff', weight: 6 })).addLayer(L.polyline(spots, { ...style, color: '#b00020', weight: 2.5 }));
  spots.forEach((spot) => ruled.layer.addLayer(L.circleMarker(spot, { ...style, radius: 5, color: '#b00020', weight: 2, fillColor: '#fff', fillOpacity: 1 })));
  const last = spots.length > 1 ? apart(spots.at(-2), spots.at(-1)) : 0, area = spots.length > 2 ? areaOf(spots) : 0;
  find('ruled').textContent = spots.length < 2 ? t('点击地图逐点量距', 'touch the map, point by point') : [t(`总长 ${metres(along(spots))}`, `${metres(along(spots))} in all`), t(`末段 ${metres(last)}`, `last leg ${metres(last)}`), area ? t(`面积 ${whole.format(area)} m²（${fine.format(area / fieldM2)} 亩）`, `area ${whole.format(area)} m²`) : ''].filter(Boolean).join(' · ');
}

function measuring(on) {
  ruled.on = on;
  ruled.spots = [];
  find('measure').setAttribute('aria-pressed', String(on));
  find('ruling').hidden = !on;
  document.querySelector('.map').classList.toggle('measuring', on);
  drawRuled();
}
map.on('click', ({ latlng }) => { if (ruled.on) { ruled.spots.push([latlng.lat, latlng.lng]); drawRuled(); } });
find('measure').addEventListener('click', () => measuring(!ruled.on));
find('unrule').addEventListener('click', () => { ruled.spots.pop(); drawRuled(); });
find('ruled-end').addEventListener('click', () => measuring(false));
