/** The plan as it is right now: what is kept, with the server's preview and the bar in the hand laid over it. Pure. */
import type { Dig, DigState, Plan, Preview, PreviewDig, Savings, Unjoined, Violation, Work } from '../api/dig-types'
import { dayOf } from '../gantt/days'
import type { Span } from '../gantt/drag'

/** A work as it is placed now. */
export interface LiveWork {
  work: Work
  /** Null: not placed. Day numbers. */
  span: Span | null
  open_days: number | null
  shift_days: number
  role: string | null
  order: number | null
  /** Key of its dig. */
  dig: string | null
  moved: boolean
  violations: Violation[]
}

export interface LiveDig {
  /** Stays the same for a dig that is kept; a dig that is only a preview has a name of its own. */
  key: string
  dig_id: string
  /** Null: it is not there before the move is kept. */
  kept: Dig | null
  state: DigState
  works: string[]
  lead: string
  start: number
  end: number
  road_names: string[]
  savings: Savings
}

export interface Live {
  works: Map<string, LiveWork>
  digs: LiveDig[]
  /** match_id → are its two works joined? */
  joined: Map<string, boolean>
  /** match_id → days in common as planned. */
  common: Map<string, number | null>
  /** What is not joined, and why. */
  unjoined: Unjoined[]
  savings: Savings
  /** What was saved before the move; null where nothing is being moved. */
  before: Savings | null
  violations: Violation[]
}

/** A bar in the hand, ahead of the server's answer. */
export interface Held {
  work: string
  span: Span
}

export function liveOf(plan: Plan, preview: Preview | null, held: Held | null): Live {
  const violations = preview ? preview.violations : plan.violations
  const works = new Map(plan.works.map((work): [string, LiveWork] => [work.work_id, keptWork(work)]))
  for (const one of preview?.works ?? []) {
    const known = works.get(one.work_id)
    const [start, end] = [dayOf(one.start), dayOf(one.end)]
    if (known && start !== null && end !== null) {
      Object.assign(known, { span: { start, end }, open_days: one.open_days, shift_days: one.shift_days, role: one.role, order: one.order, moved: one.moved })
    }
  }
  const digs = preview ? previewDigs(plan, preview) : plan.digs.filter((dig) => dig.state !== 'dropped').map(keptDig)
  for (const work of works.values()) work.dig = null
  for (const dig of digs) for (const id of dig.works) { const work = works.get(id); if (work) work.dig = dig.key }
  for (const one of violations) works.get(one.work_id)?.violations.push(one)
  const mine = held && works.get(held.work)
  if (mine) mine.span = held.span
  const said = new Map(preview?.matches.map((m) => [m.match_id, m]))
  return {
    works, digs, violations,
    joined: new Map(plan.matches.map((m) => [m.match_id, said.get(m.match_id)?.joined ?? m.planned?.joined ?? false])),
    common: new Map(plan.matches.map((m) => [m.match_id, said.has(m.match_id) ? said.get(m.match_id)!.days_in_common : (m.planned?.days_in_common ?? null)])),
    unjoined: unjoinedNow(plan, preview), savings: preview?.savings ?? plan.savings, before: preview?.before ?? null,
  }
}

/** The server's rows; while a move is only tried, less the pairs that it joins and with those that it takes apart. */
function unjoinedNow(plan: Plan, preview: Preview | null): Unjoined[] {
  if (!preview || preview.unjoined) return preview?.unjoined ?? plan.unjoined
  const said = new Map(preview.matches.map((match) => [match.match_id, match.joined]))
  const still = plan.unjoined.filter((row) => row.match_id === null || !said.get(row.match_id))
  const told = new Set(still.map((row) => row.match_id))
  const parted = plan.matches.filter((match) => match.planned?.joined && said.get(match.match_id) === false && !told.has(match.match_id))
  return [...parted.map((match): Unjoined => ({ match_id: match.match_id, a: match.a, b: match.b, binding: 'by_hand', work_id: null, text: null, change: null, missing: [], loses: [] })), ...still]
}

function keptWork(work: Work): LiveWork {
  const [start, end] = [dayOf(work.planned?.start), dayOf(work.planned?.end)]
  const span = start === null || end === null ? null : { start, end }
  return {
    work, span, open_days: work.planned?.open_days ?? null, shift_days: work.planned?.shift_days ?? 0, role: work.planned?.role ?? null,
    order: work.planned?.order ?? null, dig: null, moved: work.moved, violations: [],
  }
}

function keptDig(dig: Dig): LiveDig {
  return {
    key: String(dig.id), dig_id: dig.dig_id, kept: dig, state: dig.state, works: dig.works, lead: dig.lead,
    start: dayOf(dig.start) ?? 0, end: dayOf(dig.end) ?? 0, road_names: dig.road_names, savings: dig.savings,
  }
}

function previewDigs(plan: Plan, preview: Preview): LiveDig[] {
  const kept = new Map(plan.digs.map((dig) => [dig.id, dig]))
  return preview.digs.map((one) => {
    const dig = one.dig === null ? null : (kept.get(one.dig) ?? null)
    return {
      key: dig ? String(dig.id) : `new:${[...one.works].sort().join(' ')}`, dig_id: one.dig_id, kept: dig, state: stateOf(dig, one),
      works: one.works, lead: one.lead, start: dayOf(one.start) ?? 0, end: dayOf(one.end) ?? 0, road_names: one.road_names, savings: one.savings,
    }
  })
}

/** A dig that failed is asked anew where its days or works are others. */
function stateOf(dig: Dig | null, now: PreviewDig): DigState {
  const same = dig !== null && dig.start === now.start && dig.end === now.end && dig.works.length === now.works.length
  return dig === null || (dig.state === 'failed' && !same) ? 'proposed' : dig.state
}

export interface Filter {
  road: string
  party: string
  state: string
  sort: string
}

export const SORTS = ['points', 'metres', 'days', 'start'] as const

/** Digs that a filter lets through, the best first; those that failed save nothing and come last. */
export function listedDigs(live: Live, filter: Filter): LiveDig[] {
  const party = (id: string): string | null => live.works.get(id)?.work.party ?? null
  const found = live.digs.filter(
    (dig) =>
      (!filter.road || dig.road_names.includes(filter.road)) && (!filter.party || dig.works.some((id) => party(id) === filter.party)) && (!filter.state || dig.state === filter.state),
  )
  const worth = (dig: LiveDig): number => {
    if (filter.sort === 'start') return -dig.start
    return filter.sort === 'metres' ? dig.savings.metres : filter.sort === 'days' ? dig.savings.days : dig.savings.points
  }
  const failed = (dig: LiveDig): number => Number(dig.state === 'failed')
  return found.sort((a, b) => failed(a) - failed(b) || worth(b) - worth(a) || a.start - b.start || a.key.localeCompare(b.key))
}

/** "dig-3" → "3": digs are numbered in each plan. */
export const digNumber = (dig_id: string): string => /\d+$/.exec(dig_id)?.[0] ?? dig_id
