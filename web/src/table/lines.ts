/** What can be done to lines of lon/lat points, as values: nothing here is changed in place. */
import type { Position } from 'geojson'
import { length_m } from '../util/geo'
import { LINE_DIGITS } from '../state/url'

/** Two points nearer than this are one. */
export const SAME_M = 0.001
/** Ends that are to be joined may lie this far apart: less than a survey can tell. */
export const MEET_M = 0.01

export const rounded = ([lon, lat]: Position): Position => [Number(lon!.toFixed(LINE_DIGITS)), Number(lat!.toFixed(LINE_DIGITS))]
export const apart_m = (a: Position, b: Position): number => length_m([a, b])
const same = (a: Position, b: Position): boolean => apart_m(a, b) < SAME_M

/** Points without those that repeat the one before. */
export const tidy = (points: readonly Position[]): Position[] =>
  points.map(rounded).filter((point, i, all) => i === 0 || !same(point, all[i - 1]!))

/** More points at the end, or (`atStart`) in front: the first of `more` is the one next to the line. */
export function grown(points: readonly Position[], more: readonly Position[], atStart: boolean): Position[] {
  return tidy(atStart ? [...[...more].reverse(), ...points] : [...points, ...more])
}

export const moved = (points: readonly Position[], index: number, to: Position): Position[] => points.map((p, i) => (i === index ? rounded(to) : p))
export const inserted = (points: readonly Position[], index: number, point: Position): Position[] => [...points.slice(0, index), rounded(point), ...points.slice(index)]
/** Null where a line of fewer than two points would be left. */
export const without = (points: readonly Position[], index: number): Position[] | null => (points.length > 2 ? points.filter((_, i) => i !== index) : null)

/** A place on a line: the segment that it lies on, the share of it, and the point. */
export interface Spot {
  segment: number
  share: number
  point: Position
  away_m: number
}

/** The place of the line nearest to a point, on the plane that touches the earth there. */
export function nearest(points: readonly Position[], to: Position): Spot | null {
  const narrow = Math.cos((to[1]! * Math.PI) / 180)
  let best: (Spot & { d2: number }) | null = null
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!]
    const [ax, ay, bx, by] = [(a[0]! - to[0]!) * narrow, a[1]! - to[1]!, (b[0]! - to[0]!) * narrow, b[1]! - to[1]!]
    const size = (bx - ax) ** 2 + (by - ay) ** 2
    const share = size === 0 ? 0 : Math.min(1, Math.max(0, -(ax * (bx - ax) + ay * (by - ay)) / size))
    const [x, y] = [ax + (bx - ax) * share, ay + (by - ay) * share]
    const d2 = x * x + y * y
    if (!best || d2 < best.d2) {
      const point: Position = [a[0]! + (b[0]! - a[0]!) * share, a[1]! + (b[1]! - a[1]!) * share]
      best = { segment: i - 1, share, point, away_m: apart_m(point, to), d2 }
    }
  }
  return best
}

/** The two parts on either side of a place; null where one of them would be no line. */
export function split(points: readonly Position[], at: Spot): [Position[], Position[]] | null {
  const point = rounded(at.point)
  const [first, second] = [tidy([...points.slice(0, at.segment + 1), point]), tidy([point, ...points.slice(at.segment + 1)])]
  return first.length > 1 && second.length > 1 ? [first, second] : null
}

/** One line out of two whose ends meet, running as `a` does; null where none do. */
export function join(a: readonly Position[], b: readonly Position[], within_m = MEET_M): Position[] | null {
  const turned = [...b].reverse()
  const ways = [[a, b], [a, turned], [b, a], [turned, a]] as const
  const gaps = ways.map(([one, two]) => apart_m(one.at(-1)!, two[0]!))
  const gap = Math.min(...gaps)
  if (gap > within_m) return null
  const [one, two] = ways[gaps.indexOf(gap)]!
  return tidy([...one, ...two.slice(1)])
}

/** How far apart the nearest ends of two lines lie. */
export const gap_m = (a: readonly Position[], b: readonly Position[]): number =>
  Math.min(...[a[0]!, a.at(-1)!].flatMap((one) => [b[0]!, b.at(-1)!].map((two) => apart_m(one, two))))

/** A point moved by metres east and north. */
export function shifted(point: Position, east_m: number, north_m: number): Position {
  const perLon = apart_m(point, [point[0]! + 1e-4, point[1]!]) / 1e-4
  const perLat = apart_m(point, [point[0]!, point[1]! + 1e-4]) / 1e-4
  return rounded([point[0]! + east_m / perLon, point[1]! + north_m / perLat])
}

/** On which side of a line (as it runs) a point lies. */
export function sideOf(points: readonly Position[], to: Position): 'left' | 'right' {
  const at = nearest(points, to)
  if (!at) return 'left'
  const [a, b] = [points[at.segment]!, points[at.segment + 1]!]
  const narrow = Math.cos((to[1]! * Math.PI) / 180)
  const cross = (b[0]! - a[0]!) * narrow * (to[1]! - a[1]!) - (b[1]! - a[1]!) * (to[0]! - a[0]!) * narrow
  return cross >= 0 ? 'left' : 'right'
}
