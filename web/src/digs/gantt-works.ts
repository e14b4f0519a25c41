/** The plan as rows and bars of the Gantt. Pure. */
import type { Plan, Work } from '../api/dig-types'
import { dayOf } from '../gantt/days'
import type { Span } from '../gantt/drag'
import type { RowWork } from '../gantt/rows'
import type { GanttClosure, GanttWork } from '../gantt/types'
import { digNumber, type Live, type LiveWork } from './live'

const PAVES = ['paving', 'road_project']
/** A closure without a first or last day reaches as far as anybody looks. */
const LONG = 3650

export const paves = (work: Work): boolean => PAVES.includes(work.kind)

/** A bar may be moved where its days are not firm and it has a place, by who coordinates. */
export const movable = (work: LiveWork): boolean => !work.work.window.firm && !paves(work.work) && work.work.planned !== null

export function ganttWorks(plan: Plan, live: Live, holding: string | null, closedWords: (kind: string) => string, able = true): Map<string, GanttWork> {
  const digs = new Map(live.digs.map((dig) => [dig.key, dig]))
  const kept = new Map(plan.works.map((work) => [work.work_id, spanOf(work.planned?.start, work.planned?.end)]))
  return new Map([...live.works].map(([id, one]): [string, GanttWork] => {
    const { work } = one
    const dig = one.dig === null ? undefined : digs.get(one.dig)
    return [id, {
      id, party: work.party ?? work.project ?? '', utility: work.utility, paves: paves(work), window: spanOf(work.window.start, work.window.end),
      shift: work.window.shift_days ?? 0, ready: dayOf(work.window.ready), firm: work.window.firm, span: one.span, from: id === holding ? (kept.get(id) ?? null) : null,
      open_days: one.open_days, closures: closuresOf(work, closedWords), dig: dig ? { key: dig.key, name: digNumber(dig.dig_id), start: dig.start, end: dig.end } : null,
      bad: one.violations.length > 0, movable: able && movable(one),
    }]
  }))
}

function spanOf(start: string | null | undefined, end: string | null | undefined): Span | null {
  const [from, to] = [dayOf(start), dayOf(end)]
  return from === null || to === null ? null : { start: from, end: to }
}

function closuresOf(work: Work, closedWords: (kind: string) => string): GanttClosure[] {
  return work.closures.flatMap((one): GanttClosure[] => {
    const [start, end] = [dayOf(one.start), dayOf(one.end)]
    if (start === null && end === null) return []
    return [{ name: one.name ?? closedWords(one.kind), start: start ?? end! - LONG, end: end ?? start! + LONG }]
  })
}

/** Rows stay where they are while a bar is moved: they follow what is kept. */
export function ganttRows(plan: Plan, keep: (work: Work) => boolean): RowWork[] {
  return plan.works.filter(keep).map((work) => ({
    id: work.work_id, road: work.roads[0] ?? null, dig: work.planned?.dig_id ?? null, first: dayOf(work.planned?.start) ?? dayOf(work.window.start),
  }))
}

/** Does a filter by road and party let a work through? Of a party: its own works, and those that share a stretch with them. */
export function workFilter(plan: Plan, road: string, party: string): (work: Work) => boolean {
  const mine = new Set(plan.works.filter((work) => work.party === party).map((work) => work.work_id))
  const near = new Set(plan.matches.flatMap((match) => (mine.has(match.a) || mine.has(match.b) ? [match.a, match.b] : [])))
  return (work) => (!road || work.roads.includes(road)) && (!party || mine.has(work.work_id) || near.has(work.work_id))
}

export interface Range {
  from: number
  to: number
}

/** All days of the plan, and those on which the digs lie (what the eye wants first). */
export function ranges(plan: Plan, now: number): { whole: Range; focus: Range } {
  const spans = plan.works.map((work) => spanOf(work.planned?.start, work.planned?.end) ?? spanOf(work.window.start, work.window.end))
  const windows = plan.works.map((work) => (work.window.firm ? null : spanOf(work.window.start, work.window.end)))
  const all = reach([...spans, ...windows], now)
  const digs = plan.digs.filter((dig) => dig.state !== 'dropped').map((dig) => spanOf(dig.start, dig.end))
  const focus = digs.length ? reach(digs, null) : all
  return { whole: { from: Math.min(all.from, now), to: Math.max(all.to, now) }, focus: { from: focus.from - 10, to: Math.max(focus.to + 10, focus.from + 45) } }
}

function reach(spans: readonly (Span | null)[], otherwise: number | null): Range {
  const some = spans.filter((span) => span !== null)
  if (!some.length) return { from: otherwise ?? 0, to: (otherwise ?? 0) + 60 }
  return { from: Math.min(...some.map((span) => span.start)), to: Math.max(...some.map((span) => span.end)) }
}
