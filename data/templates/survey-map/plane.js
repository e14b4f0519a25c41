// Metres on the ground at hand: the ellipsoid's own radii at this latitude (CGCS2000), as good as a tape over a few kilometres.
const AXIS_M = 6378137, FLAT = 1 / 298.257222101, E2 = FLAT * (2 - FLAT);
function radii(lat) {
  const sin = Math.sin((lat * Math.PI) / 180), w = 1 - E2 * sin * sin;
  return { north: (AXIS_M * (1 - E2)) / w ** 1.5, east: (AXIS_M / Math.sqrt(w)) * Math.cos((lat * Math.PI) / 180) };
}
// [lat, lng] → metres east and north of a spot.
function flat(at, from) {
  const r = radii((at[0] + from[0]) / 2), turn = Math.PI / 180;
  return [(at[1] - from[1]) * turn * r.east, (at[0] - from[0]) * turn * r.north];
}
const apart = (a, b) => Math.hypot(...flat(a, b));
const along = (spots) => spots.reduce((sum, spot, k) => sum + (k ? apart(spots[k - 1], spot) : 0), 0);
function areaOf(spots) {
  const xy = spots.map((spot) => flat(spot, spots[0]));
  return Math.abs(xy.reduce((sum, [x, y], k) => { const [u, v] = xy[(k + 1) % xy.length]; return sum + x * v - u * y; }, 0)) / 2;
}

// The nearest spot on a line of [lat, lng]: how far, and how far along the line.
function nearestOn(line, spot) {
  let best = { metres: Infinity, along: 0 }, before = 0;
  for (let k = 1; k < line.length; k++) {
    const [ax, ay] = flat(line[k - 1], spot), [bx, by] = flat(line[k], spot), dx = bx - ax, dy = by - ay, long = Math.hypot(dx, dy);
    const share = long ? Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (long * long))) : 0, metres = Math.hypot(ax + share * dx, ay + share * dy);
    if (metres < best.metres) best = { metres, along: before + share * long };
    before += long;
  }
  return best;
}
