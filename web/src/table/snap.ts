/** What a point is drawn to: ends and corners before edges, the nearest first. Pure; places are Web Mercator, 0 to 1. */
import type { Position } from 'geojson'

export const SHAPES = ['roads', 'kerb', 'pipes', 'points', 'parcel', 'own', 'ruler'] as const
export type ShapeKind = (typeof SHAPES)[number]
export type SnapPart = 'point' | 'end' | 'vertex' | 'edge'

/** A line, a ring or a single point (of kind `points`) that can be snapped to. */
export interface Shape {
  kind: ShapeKind
  /** Of its layer; tells shapes that came twice. */
  id: string
  points: readonly Position[]
  closed: boolean
  /** What stands at a single point, in words. */
  named?: string
  /** The same points in Web Mercator: x0, y0, x1, y1 … */
  plane: Float64Array
}

export interface Snap {
  kind: ShapeKind
  part: SnapPart
  point: Position
  shape: Shape
  /** The segment, and the share of it. */
  segment: number
  share: number
}

export const mercator = ([lon, lat]: Position): [number, number] => {
  const sin = Math.sin((lat! * Math.PI) / 180)
  return [lon! / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)]
}

export function shape(kind: ShapeKind, id: string, points: readonly Position[], closed: boolean): Shape {
  const plane = new Float64Array(points.length * 2)
  points.forEach((point, i) => plane.set(mercator(point), i * 2))
  return { kind, id, points, closed, plane }
}

/** Distances in the plane: within which a corner, and within which an edge draws a point to itself. */
export interface Reach {
  vertex: number
  edge: number
}

const RANK: Record<SnapPart, number> = { point: 0, end: 1, vertex: 2, edge: 3 }
const isEdge = (part: SnapPart): boolean => part === 'edge'

/** The best place near `at`, or null. Points, ends and corners beat edges; of two at one place the manhole beats the end of
 *  the pipe that leads to it, and the end beats the corner. */
export function choose(shapes: Iterable<Shape>, at: readonly [number, number], reach: Reach): Snap | null {
  let best: { snap: Snap; d: number } | null = null
  const offer = (d: number, snap: () => Snap): void => {
    if (best) {
      const one = snap()
      const [here, there] = [isEdge(one.part), isEdge(best.snap.part)]
      if ((here && !there) || (here === there && (d > best.d || (d === best.d && RANK[one.part] >= RANK[best.snap.part])))) return
      best = { snap: one, d }
    } else best = { snap: snap(), d }
  }
  for (const one of shapes) {
    corners(one, at, reach.vertex, offer)
    edges(one, at, reach.edge, offer)
  }
  return best === null ? null : (best as { snap: Snap }).snap
}

type Offer = (d: number, snap: () => Snap) => void

function corners(one: Shape, [x, y]: readonly [number, number], reach: number, offer: Offer): void {
  const last = one.points.length - 1
  for (let i = 0; i <= last; i++) {
    const [dx, dy] = [one.plane[i * 2]! - x, one.plane[i * 2 + 1]! - y]
    if (Math.abs(dx) > reach || Math.abs(dy) > reach) continue
    const d = Math.hypot(dx, dy)
    if (d > reach) continue
    const part: SnapPart = last === 0 ? 'point' : !one.closed && (i === 0 || i === last) ? 'end' : 'vertex'
    offer(d, () => ({ kind: one.kind, part, point: one.points[i]!, shape: one, segment: Math.max(0, Math.min(i, last - 1)), share: last > 0 && i === last ? 1 : 0 }))
  }
}

function edges(one: Shape, [x, y]: readonly [number, number], reach: number, offer: Offer): void {
  const plane = one.plane
  for (let i = 0; i + 3 < plane.length; i += 2) {
    const [ax, ay, bx, by] = [plane[i]!, plane[i + 1]!, plane[i + 2]!, plane[i + 3]!]
    if (Math.min(ax, bx) - reach > x || Math.max(ax, bx) + reach < x || Math.min(ay, by) - reach > y || Math.max(ay, by) + reach < y) continue
    const size = (bx - ax) ** 2 + (by - ay) ** 2
    if (size === 0) continue
    const share = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / size))
    const d = Math.hypot(ax + (bx - ax) * share - x, ay + (by - ay) * share - y)
    if (d > reach) continue
    const segment = i / 2
    const [a, b] = [one.points[segment]!, one.points[segment + 1]!]
    const point: Position = [a[0]! + (b[0]! - a[0]!) * share, a[1]! + (b[1]! - a[1]!) * share]
    offer(d, () => ({ kind: one.kind, part: 'edge', point, shape: one, segment, share }))
  }
}
