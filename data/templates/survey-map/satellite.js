// The satellite picture: tiles inside this file, along the lines; nothing is fetched.
const pictures = read('pictures');
const zooms = [...new Set(Object.keys(pictures).map((key) => Number(key.split('/')[0])))];
map.createPane('satellite').style.zIndex = 210;
const Satellite = L.GridLayer.extend({
  createTile({ x, y, z }) {
    const tile = L.DomUtil.create('img', 'picture'), inside = pictures[`${z}/${x}/${y}`];
    tile.alt = '';
    if (inside) tile.src = inside;
    return tile;
  },
});
const satellite = new Satellite({ pane: 'satellite', minNativeZoom: Math.min(...zooms), maxNativeZoom: Math.max(...zooms), maxZoom: 21, minZoom: Math.min(...zooms) - 2 });
// Over a picture the drawn streets would hide what one came to see.
const overPicture = (on) => document.querySelector('.map').classList.toggle('seen-from-above', on);
if (zooms.length) ownLayers.push({ key: 'satellite', layer: satellite, shown: overPicture, name: () => t('卫星影像', 'satellite'), note: () => t('外线 150 m 内', 'within 150 m'), sign: () => patch('#8a9a7b', '#5f6b54') });
