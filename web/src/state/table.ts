/** The drawing table: the lines in hand, which of them is the current one, and one history of all that was done. */
import { computed, reactive, ref, shallowRef } from 'vue'
import type { Position } from 'geojson'
import { History } from '../table/history'
import { apart_m, grown, inserted, join, moved, nearest, rounded, SAME_M, shifted, split, tidy, without } from '../table/lines'
import { place } from './store'

export type Phase = 'idle' | 'drawing' | 'done'

export interface Held {
  id: number
  points: readonly Position[]
}

/** The table at one moment. `before`: what the line under the pen was when it was taken up, null for a new one. */
export interface Sheet {
  lines: readonly Held[]
  at: number
  pen: { atStart: boolean; before: readonly Position[] | null; back: number } | null
}

const EMPTY: Sheet = { lines: [], at: 0, pen: null }
const history = new History<Sheet>(EMPTY)
export const sheet = shallowRef<Sheet>(EMPTY)
/** The point under the hand while drawing, where it would be put. */
export const hand = shallowRef<Position | null>(null)
/** The vertex of the current line that keys and buttons are about. */
export const vertex = ref<number | null>(null)
export const can = reactive({ undo: false, redo: false })
/** What one types or picks beside drawing freely. */
export type Tool = 'coordinates' | 'offset' | 'file' | 'split'
export const tool = ref<Tool | null>(null)

export const current = computed<Held | null>(() => sheet.value.lines[sheet.value.at] ?? null)
export const phase = computed<Phase>(() => (sheet.value.pen ? 'drawing' : sheet.value.lines.length ? 'done' : 'idle'))
export const others = computed(() => sheet.value.lines.filter((line, i) => i !== sheet.value.at && line.points.length > 1))

/** What each line is for stays with it, whatever becomes of its shape. */
const attributes = new Map<number, Record<string, string>>()
export const attributesOf = (id: number): Record<string, string> => (id === current.value?.id ? place.attributes : (attributes.get(id) ?? {}))
let number = 0

function show(next: Sheet): void {
  const [old, now] = [current.value?.id, next.lines[next.at]?.id]
  if (old !== undefined && old !== now) attributes.set(old, { ...place.attributes })
  sheet.value = next
  if (now !== undefined && now !== old && attributes.has(now)) place.attributes = { ...attributes.get(now)! }
  if (vertex.value !== null && (next.pen || old !== now || vertex.value >= (next.lines[next.at]?.points.length ?? 0))) vertex.value = null
  if (!next.pen) hand.value = null
  Object.assign(can, { undo: history.canUndo, redo: history.canRedo })
  inAddress(next)
}

/** The address holds what is finished: of a line under the pen, what it was before. */
function inAddress(next: Sheet): void {
  const done = next.lines.map((line, i) => ({ id: line.id, line: i === next.at && next.pen ? (next.pen.before ?? []) : line.points }))
  const here = done[next.at]
  place.line = here && here.line.length > 1 ? [...here.line] : []
  const rest = done.filter((one, i) => i !== next.at && one.line.length > 1)
  place.others = rest.map((one) => ({ line: [...one.line], attributes: { ...attributesOf(one.id) } }))
  place.hand = Math.min(next.at, rest.length)
}

function change(next: Sheet): void {
  history.push(next)
  show(next)
}

const withPoints = (points: readonly Position[]): Sheet => {
  const now = sheet.value
  return { ...now, lines: now.lines.map((line, i) => (i === now.at ? { ...line, points } : line)) }
}

const undoOnce = (): Sheet => history.undo()

/** A new line under the pen; the others stay on the table. */
export function begin(): void {
  const now = settled(sheet.value)
  const id = ++number
  if (now.lines.length) attributes.set(id, inherited())
  change({ lines: [...now.lines, { id, points: [] }], at: now.lines.length, pen: { atStart: false, before: null, back: now.at } })
}

/** A second line of the same project differs in its number. */
function inherited(): Record<string, string> {
  const { route_id: _, ...rest } = place.attributes
  return rest
}

/** Without a line that has no length yet. */
function settled(now: Sheet): Sheet {
  const held = now.lines[now.at]
  if (held && held.points.length < 2) return { lines: now.lines.filter((line) => line !== held), at: Math.max(0, now.pen?.back ?? 0), pen: null }
  return { ...now, pen: null }
}

/** Puts a point (or several) where the pen is. */
export function put(...points: Position[]): void {
  const { pen } = sheet.value
  if (!pen || !current.value) return
  const next = grown(current.value.points, points, pen.atStart)
  if (next.length > current.value.points.length) change(withPoints(next))
}

export function finish(): void {
  if (sheet.value.pen && (current.value?.points.length ?? 0) > 1) change({ ...sheet.value, pen: null })
}

/** Puts the pen down without what it drew; or takes the current line off the table. */
export function cancel(): void {
  const now = sheet.value
  tool.value = null
  if (now.pen?.before) change({ ...withPoints(now.pen.before), pen: null })
  else if (now.pen) change(settled(withPoints([])))
  else drop(now.at)
}

/** On from the end, or from the start. */
export function extend(atStart: boolean): void {
  const line = current.value
  if (!line || sheet.value.pen) return
  tool.value = null
  change({ ...sheet.value, pen: { atStart, before: line.points, back: sheet.value.at } })
}

/** A line that was under the pen, under it again. `goesOn`: from the current line. */
export function takeUp(points: readonly Position[], atStart: boolean, goesOn: boolean): void {
  if (goesOn && current.value) extend(atStart)
  else begin()
  change(withPoints(tidy(points)))
}

/** A whole line on the table, with what it is for. */
export function add(points: readonly Position[], what: Record<string, string> | null = null): void {
  const line = tidy(points)
  if (line.length < 2) return
  const now = settled(sheet.value)
  const id = ++number
  attributes.set(id, what ?? (now.lines.length ? inherited() : { ...place.attributes }))
  change({ lines: [...now.lines, { id, points: line }], at: now.lines.length, pen: null })
}

export function choose(index: number): void {
  const now = settled(sheet.value)
  const next = { ...now, at: Math.min(Math.max(0, index), Math.max(0, now.lines.length - 1)) }
  history.replace(next)
  show(next)
}

export function drop(index: number): void {
  const now = settled(sheet.value)
  const lines = now.lines.filter((_, i) => i !== index)
  change({ lines, at: Math.max(0, Math.min(now.at - (index < now.at ? 1 : 0), lines.length - 1)), pen: null })
}

export function reverse(): void {
  if (!current.value || sheet.value.pen) return
  const last = current.value.points.length - 1
  const at = vertex.value
  change(withPoints([...current.value.points].reverse()))
  if (at !== null) vertex.value = last - at
}

/** Cuts the current line in two at its place nearest to a point; the rest becomes a line of its own. */
export function splitAt(point: Position): boolean {
  const line = current.value
  const at = line && !sheet.value.pen ? nearest(line.points, point) : null
  const parts = at && split(line!.points, at)
  if (!parts) return false
  const id = ++number
  attributes.set(id, inherited())
  const now = withPoints(parts[0])
  change({ ...now, lines: [...now.lines.slice(0, now.at + 1), { id, points: parts[1] }, ...now.lines.slice(now.at + 1)] })
  tool.value = null
  return true
}

export function splitAtVertex(): boolean {
  const point = vertex.value === null ? undefined : current.value?.points[vertex.value]
  return point ? splitAt(point) : false
}

/** The line whose end meets the current one, by its place on the table; -1 for none. */
export const partner = computed(() => {
  const line = current.value
  return line && !sheet.value.pen ? sheet.value.lines.findIndex((one) => one !== line && one.points.length > 1 && join(line.points, one.points) !== null) : -1
})

export function joinNext(): boolean {
  const [now, with_] = [sheet.value, partner.value]
  const points = with_ < 0 ? null : join(current.value!.points, now.lines[with_]!.points)
  if (!points) return false
  const next = withPoints(points)
  change({ ...next, lines: next.lines.filter((_, i) => i !== with_), at: now.at - (with_ < now.at ? 1 : 0) })
  return true
}

// ── vertices ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** While a vertex is dragged the table shows it; only the end of it is a step of the history. */
export function drag(index: number, to: Position): void {
  show(withPoints(moved(current.value!.points, index, to)))
}

export function dragged(from: readonly Position[]): void {
  const now = sheet.value
  const line = now.lines[now.at]
  if (!line) return
  if (line.points.length === from.length && line.points.every((p, i) => apart_m(p, from[i]!) < SAME_M / 10)) return
  history.push(now)
  show(now)
}

export function insertAt(index: number, point: Position): void {
  if (!current.value) return
  change(withPoints(inserted(current.value.points, index, point)))
  vertex.value = index
}

/** As `insertAt`, as the beginning of a drag. */
export function insertForDrag(index: number, point: Position): void {
  show(withPoints(inserted(current.value!.points, index, point)))
  vertex.value = index
}

export function remove(index: number): void {
  const points = current.value && without(current.value.points, index)
  if (points) change(withPoints(points))
}

export function nudge(east_m: number, north_m: number): void {
  const at = vertex.value
  const point = at === null ? undefined : current.value?.points[at]
  if (!point) return
  change(withPoints(moved(current.value!.points, at!, shifted(point, east_m, north_m))))
}

export function stepVertex(by: number): void {
  const count = current.value?.points.length ?? 0
  if (!count || sheet.value.pen) return
  vertex.value = vertex.value === null ? (by > 0 ? 0 : count - 1) : (vertex.value + by + count) % count
}

/** A vertex in the middle of the stretch after the chosen one. */
export function halve(): void {
  const points = current.value?.points ?? []
  const at = Math.min(vertex.value ?? 0, points.length - 2)
  const [a, b] = [points[at], points[at + 1]]
  if (a && b) insertAt(at + 1, rounded([(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2]))
}

// ── history, address ─────────────────────────────────────────────────────────────────────────────────────────────────

export function undo(): void {
  show(undoOnce())
}

export function redo(): void {
  show(history.redo())
}

/** Everything off the table, with nothing to take back. */
export function clear(): void {
  history.clear(EMPTY)
  attributes.clear()
  tool.value = null
  show(EMPTY)
}

/** Lays out what the address names. */
export function layOut(): void {
  const [line, more, at] = [[...place.line], place.others.map((one) => ({ ...one })), place.hand]
  const own = { ...place.attributes }
  const all = more.map((one) => ({ points: tidy(one.line), what: one.attributes }))
  if (line.length > 1) all.splice(Math.min(at, all.length), 0, { points: tidy(line), what: own })
  attributes.clear()
  const lines = all.filter((one) => one.points.length > 1).map((one): Held => {
    attributes.set(++number, one.what)
    return { id: number, points: one.points }
  })
  const next = { lines, at: line.length > 1 ? Math.min(at, lines.length - 1) : 0, pen: null }
  sheet.value = EMPTY
  history.clear(next)
  show(next)
}
