/** Days to pixels and back, and where the marks of the calendar stand. */
import { monthStart, partsOf, weekday } from './days'

export const LEAST_PX = 0.5
export const MOST_PX = 42

/** The days `from` to `to` (both included) at `px` pixels each; `from` begins at x = 0. */
export interface Scale {
  from: number
  to: number
  px: number
}

export const xOf = (scale: Scale, day: number): number => (day - scale.from) * scale.px

/** The day that holds a place; it may lie outside the scale. */
export const dayAt = (scale: Scale, x: number): number => scale.from + Math.floor(x / scale.px)

export const widthOf = (scale: Scale): number => (scale.to - scale.from + 1) * scale.px

const clamped = (px: number): number => Math.min(MOST_PX, Math.max(LEAST_PX, px))

/** The scale that shows all days in `width` pixels. */
export function fitted(from: number, to: number, width: number): Scale {
  return { from, to, px: clamped(width / Math.max(1, to - from + 1)) }
}

/** Zoomed, and how far to scroll so that the place `x` of the window (scrolled to `left`) keeps its day. */
export function zoomed(scale: Scale, factor: number, left: number, x: number): { scale: Scale; left: number } {
  const px = clamped(scale.px * factor)
  return { scale: { ...scale, px }, left: Math.max(0, ((left + x) / scale.px) * px - x) }
}

/** Widened to whole months with `spare` months on either side, so that a bar can be moved past the first and last day. */
export function roomy(from: number, to: number, spare = 1): { from: number; to: number } {
  return { from: monthStart(from, -spare), to: monthStart(to, spare + 1) - 1 }
}

export type Unit = 'year' | 'quarter' | 'month' | 'week' | 'day'

export interface Tick {
  unit: Unit
  /** First day of it. */
  day: number
  /** Days that it lasts. */
  days: number
}

/** Units of the two rows of the head, by how much room a day has. */
export function unitsAt(px: number): [upper: Unit, lower: Unit] {
  if (px >= 15) return ['month', 'day']
  if (px >= 4.5) return ['month', 'week']
  return px >= 0.9 ? ['year', 'month'] : ['year', 'quarter']
}

const STARTS: Record<Unit, (day: number) => number> = {
  year: (day) => monthStart(day, 1 - partsOf(day).month),
  quarter: (day) => monthStart(day, -((partsOf(day).month - 1) % 3)),
  month: (day) => monthStart(day),
  week: (day) => day - weekday(day),
  day: (day) => day,
}
const NEXT: Record<Unit, (start: number) => number> = {
  year: (start) => monthStart(start, 12),
  quarter: (start) => monthStart(start, 3),
  month: (start) => monthStart(start, 1),
  week: (start) => start + 7,
  day: (start) => start + 1,
}

/** Every unit that touches the days `from` to `to`; the first may begin before them. */
export function ticks(unit: Unit, from: number, to: number): Tick[] {
  const out: Tick[] = []
  for (let day = STARTS[unit](from); day <= to;) {
    const next = NEXT[unit](day)
    out.push({ unit, day, days: next - day })
    day = next
  }
  return out
}
