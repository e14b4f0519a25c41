/** The stretch of a kerb, road or pipe between two places on it, over one shape or several that meet end to end. */
import type { Position } from 'geojson'
import { length_m } from '../util/geo'
import { tidy } from './lines'
import type { Shape, Snap } from './snap'

/** From one place to the other; null where they are not of one kind, or no way leads along such shapes. */
export function between(a: Snap, b: Snap, shapes: Iterable<Shape>): Position[] | null {
  if (a.kind !== b.kind) return null
  const line = a.shape.id === b.shape.id ? along(a, b) : across(a, b, shapes)
  const clean = line && tidy(line)
  return clean && clean.length > 1 ? clean : null
}

/** How far along its shape a place lies, in segments. */
const at = (one: Snap): number => one.segment + one.share

function along(a: Snap, b: Snap): Position[] {
  const open = piece(a.shape.points, a, b)
  if (!a.shape.closed) return open
  const [first, second] = at(a) <= at(b) ? [a, b] : [b, a]
  const points = a.shape.points
  const round = [second.point, ...points.slice(Math.floor(at(second)) + 1), ...points.slice(1, Math.ceil(at(first))), first.point]
  const other = first === a ? round.reverse() : round
  return length_m(open) <= length_m(other) ? open : other
}

function piece(points: readonly Position[], a: Snap, b: Snap): Position[] {
  if (at(a) > at(b)) return piece(points, b, a).reverse()
  return [a.point, ...points.slice(Math.floor(at(a)) + 1, Math.ceil(at(b))), b.point]
}

interface Way {
  line: Position[]
  size_m: number
}

const place = (point: Position): string => `${point[0]!.toFixed(7)},${point[1]!.toFixed(7)}`

/** The shortest way from the one shape to the other over shapes of the kind that meet end to end (Dijkstra). */
function across(a: Snap, b: Snap, shapes: Iterable<Shape>): Position[] | null {
  if (a.shape.closed || b.shape.closed) return null
  const meeting = meetings(a, b, shapes)
  const open = new Map<string, Way>()
  const done = new Set<string>()
  for (const end of [a.shape.points[0]!, a.shape.points.at(-1)!]) better(open, place(end), towards(a, end))
  const goals = new Map([b.shape.points[0]!, b.shape.points.at(-1)!].map((end) => [place(end), towards(b, end).line.reverse()]))
  let best: Way | null = null
  while (open.size && done.size < 2000) {
    const [key, way] = [...open].reduce((least, one) => (one[1].size_m < least[1].size_m ? one : least))
    open.delete(key)
    done.add(key)
    if (best && way.size_m >= best.size_m) break
    const rest = goals.get(key)
    if (rest) {
      const whole = [...way.line, ...rest.slice(1)]
      if (!best || length_m(whole) < best.size_m) best = { line: whole, size_m: length_m(whole) }
    }
    for (const next of meeting.get(key) ?? []) {
      const to = place(next.at(-1)!)
      if (!done.has(to)) better(open, to, { line: [...way.line, ...next.slice(1)], size_m: way.size_m + length_m(next) })
    }
  }
  return best?.line ?? null
}

function towards(from: Snap, end: Position): Way {
  const points = from.shape.points
  const first = end === points[0]
  const line = first ? [from.point, ...points.slice(0, Math.ceil(at(from))).reverse()] : [from.point, ...points.slice(Math.floor(at(from)) + 1)]
  return { line, size_m: length_m(line) }
}

function better(open: Map<string, Way>, key: string, way: Way): void {
  const known = open.get(key)
  if (!known || way.size_m < known.size_m) open.set(key, way)
}

/** The lines of the kind that leave each place, in either direction; those of the two places themselves apart. */
function meetings(a: Snap, b: Snap, shapes: Iterable<Shape>): Map<string, Position[][]> {
  const out = new Map<string, Position[][]>()
  const seen = new Set([a.shape.id, b.shape.id])
  for (const one of shapes) {
    if (one.kind !== a.kind || one.closed || seen.has(one.id)) continue
    seen.add(one.id)
    for (const line of [[...one.points], [...one.points].reverse()]) {
      const from = place(line[0]!)
      out.set(from, [...(out.get(from) ?? []), line])
    }
  }
  return out
}
