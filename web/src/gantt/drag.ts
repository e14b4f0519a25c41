/** What the hand does to a bar, in whole days. The server's answer always replaces what is computed here. */

/** An opening, first and last day both included. */
export interface Span {
  start: number
  end: number
}

/** How a bar may move: on working days (`open_days` of them), or as it is, if its days are firm. */
export interface Movable extends Span {
  firm: boolean
  /** Working days that it is open; null: as many calendar days as now. */
  open_days: number | null
}

/** Whole days that a pull of `dx` pixels means. A pull that is less than half a day moves nothing. */
export const pulled = (dx: number, px: number): number => {
  const days = Math.round(dx / px)
  return days === 0 ? 0 : days
}

type Rest = (day: number) => boolean

/** Years without one working day do not exist; a calendar that says so must not hang the page. */
const PATIENCE = 400

/** The first working day from `day` on, looking forwards (`by` 1) or backwards (-1). */
export function workday(day: number, rest: Rest, by: 1 | -1 = 1): number {
  for (let k = 0; k < PATIENCE; k++) if (!rest(day + k * by)) return day + k * by
  return day
}

/** The last day of an opening of `need` working days that begins on `start`. */
export function lastDay(start: number, need: number, rest: Rest): number {
  let [day, left] = [start, need - (rest(start) ? 0 : 1)]
  for (let k = 0; left > 0 && k < need * 7 + PATIENCE; k++) if (!rest(++day)) left--
  return day
}

/** The bar moved by whole days. One that is not firm begins on a working day: the next one in the direction of the pull. */
export function moved(bar: Movable, days: number, rest: Rest): Span {
  if (days === 0) return { start: bar.start, end: bar.end }
  if (bar.firm || bar.open_days === null) return { start: bar.start + days, end: bar.end + days }
  const start = workday(bar.start + days, rest, days < 0 ? -1 : 1)
  return { start, end: lastDay(start, bar.open_days, rest) }
}

/** Arrow keys: a day, with shift a week. Null: not a key that moves. */
export function keyDays(key: string, shift: boolean): number | null {
  const by = key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0
  return by ? by * (shift ? 7 : 1) : null
}

/** Are two openings joined: one inside the other, first and last day included? */
export const within = (a: Span, b: Span): boolean => (a.start >= b.start && a.end <= b.end) || (b.start >= a.start && b.end <= a.end)

/** Calendar days between two openings: 0 where they have a day in common. */
export const apart = (a: Span, b: Span): number => Math.max(0, b.start - a.end - 1, a.start - b.end - 1)

/** How far to scroll while a bar is held near an edge of the window, in pixels a frame. */
export function pullAtEdge(x: number, width: number, reach = 48): number {
  if (x < reach) return -Math.ceil((reach - x) / 4)
  return x > width - reach ? Math.ceil((x - width + reach) / 4) : 0
}
