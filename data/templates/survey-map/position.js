// Where the phone is: a dot in a circle of its accuracy, and how far from the nearest line.
const here = { watch: null, dot: null, circle: null, follow: false };
const WHY_NOT = {
  1: ['定位被拒绝。微信：右上角“…”→ 在浏览器打开；iPhone：设置 → 隐私与安全性 → 定位服务 → 浏览器“使用期间”；安卓：设置 → 应用 → 浏览器 → 权限 → 位置。', 'Position was refused. WeChat: “…” → open in browser; iPhone: Settings → Privacy → Location Services; Android: Settings → Apps → browser → Permissions → Location.'],
  2: ['手机给不出位置：请打开定位服务，到开阔处再试。', 'The phone gives no position: turn location on and try under open sky.'],
  3: ['等了 30 秒没有位置：到开阔处再试。', 'No position in 30 seconds: try under open sky.'],
};
const FAR_M = 500; // beyond this one is not at the line
const NONE = ['此浏览器不提供定位；请用手机自带的浏览器打开这个文件。', 'This browser offers no position; open the file in the phone’s own browser.'];

function nearestLine(spot) {
  let best = null;
  lines.forEach((parts, i) => { let before = 0; for (const part of parts) { const one = nearestOn(part, spot); if (!best || one.metres < best.metres) best = { i, metres: one.metres, along: before + one.along }; before += along(part); } });
  return best;
}

function show(position) {
  const { latitude, longitude, accuracy, heading } = position.coords, spot = [latitude, longitude];
  here.circle ??= L.circle(spot, { radius: accuracy, color: '#0b5cad', weight: 1, fillOpacity: 0.12, interactive: false }).addTo(map);
  here.dot ??= L.marker(spot, { keyboard: false, icon: L.divIcon({ className: 'here', html: '', iconSize: [22, 22] }) }).addTo(map);
  here.circle.setLatLng(spot).setRadius(accuracy);
  here.dot.setLatLng(spot);
  const arrow = here.dot.getElement();
  arrow.classList.toggle('turned', Number.isFinite(heading));
  arrow.style.setProperty('--turn', `${heading ?? 0}deg`);
  if (here.follow) map.setView(spot, Math.max(map.getZoom(), 18), { animate: false });
  here.follow = false;
  const near = nearestLine(spot);
  tell([t(`精度 ±${whole.format(accuracy)} m`, `±${whole.format(accuracy)} m`), near && near.metres < FAR_M ? t(`距 ${rows.route_id[near.i] ?? '—'} ${metres(near.metres)}，桩号 ${metres(near.along)}`, `${metres(near.metres)} from ${rows.route_id[near.i] ?? '—'}, at ${metres(near.along)} along`)   : near ? t(`离最近的外线 ${tenth.format(near.metres / 1000)} km`, `${tenth.format(near.metres / 1000)} km from the nearest line`) : ''].filter(Boolean).join(' · '));
}

const tell = (text) => { find('told').hidden = !text; find('told').textContent = text; };
function locate() {
  if (here.watch !== null) {
    navigator.geolocation.clearWatch(here.watch);
    [here.dot, here.circle].forEach((one) => one?.remove());
    Object.assign(here, { watch: null, dot: null, circle: null });
    find('locate').setAttribute('aria-pressed', 'false');
    tell('');
    return;
  }
  if (!navigator.geolocation) { tell(t(...NONE)); return; }
  here.follow = true;
  find('locate').setAttribute('aria-pressed', 'true');
  tell(t('正在定位…', 'looking for the position…'));
  here.watch = navigator.geolocation.watchPosition(show, (error) => tell(t(...(WHY_NOT[error.code] ?? NONE))), { enableHighAccuracy: true, timeout: 30000, maximumAge: 2000 });
}
find('locate').addEventListener('click', locate);
