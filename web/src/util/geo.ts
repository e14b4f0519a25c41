/** Small measuring on lon/lat for what the hand sees at once; the server's figure always replaces it. */
import type { Geometry, Position } from 'geojson'
import type { Box } from '../api/types'

const A = 6378137 // CGCS2000 semi-major axis, m
const E2 = 0.00669438002290 // CGCS2000 first eccentricity squared
const RAD = Math.PI / 180

/** Length in metres of a lon/lat line on the ellipsoid, by the two radii of curvature at mid latitude. */
export function length_m(line: Position[]): number {
  let sum = 0
  for (let i = 1; i < line.length; i++) sum += step_m(line[i - 1]!, line[i]!)
  return sum
}

function step_m(a: Position, b: Position): number {
  const lat = ((a[1]! + b[1]!) / 2) * RAD
  const w2 = 1 - E2 * Math.sin(lat) ** 2
  const north = (((b[1]! - a[1]!) * RAD) * A * (1 - E2)) / w2 ** 1.5
  const east = (((b[0]! - a[0]!) * RAD) * A * Math.cos(lat)) / Math.sqrt(w2)
  return Math.hypot(north, east)
}

/** Area in square metres of what the points go round, in the plane that touches the ellipsoid at the first of them. */
export function areaOf_m2(points: Position[]): number {
  if (points.length < 3) return 0
  const flat = points.map((point) => [step_m(points[0]!, [point[0]!, points[0]![1]!]) * Math.sign(point[0]! - points[0]![0]!), step_m([point[0]!, points[0]![1]!], point) * Math.sign(point[1]! - points[0]![1]!)])
  let twice = 0
  flat.forEach(([x, y], at) => {
    const [u, v] = flat[(at + 1) % flat.length]!
    twice += x! * v! - u! * y!
  })
  return Math.abs(twice) / 2
}

/** The lines of a geometry, in order; an outline counts as a line. */
export function linesOf(geometry: Geometry): Position[][] {
  switch (geometry.type) {
    case 'LineString': return [geometry.coordinates]
    case 'MultiLineString': return geometry.coordinates
    case 'Polygon': return geometry.coordinates
    case 'MultiPolygon': return geometry.coordinates.flat()
    default: return []
  }
}

export function boxOf(lines: Position[][]): Box | null {
  const all = lines.flat()
  if (!all.length) return null
  const lon = all.map((p) => p[0]!)
  const lat = all.map((p) => p[1]!)
  return [Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)]
}

/** The part of a multi-line from `from_m` to `to_m`, measured in order with no gap between parts. */
export function cut(lines: Position[][], from_m: number, to_m: number): Position[][] {
  const out: Position[][] = []
  let at = 0
  for (const line of lines) {
    const part: Position[] = []
    for (let i = 1; i < line.length; i++) {
      const [a, b] = [line[i - 1]!, line[i]!]
      const step = step_m(a, b)
      if (step > 0 && at + step > from_m && at < to_m) {
        if (!part.length) part.push(between(a, b, Math.max(0, (from_m - at) / step)))
        part.push(between(a, b, Math.min(1, (to_m - at) / step)))
      }
      at += step
    }
    if (part.length > 1) out.push(part)
  }
  return out
}

function between(a: Position, b: Position, t: number): Position {
  return [a[0]! + (b[0]! - a[0]!) * t, a[1]! + (b[1]! - a[1]!) * t]
}

/** The point at a share (0 to 1) of a line's length: where a badge sits. */
export function along(line: Position[], share: number): Position {
  return cut([line], length_m(line) * share, Infinity)[0]?.[0] ?? line[0]!
}
