/** What the server says of joint digs. Days are ISO days, lengths metres, coordinates lon/lat; null is not known. */
import type { FeatureCollection, Geometry, LineString, MultiLineString } from 'geojson'
import type { Box, Words } from './types'
import type { SectionPipe } from '../digs/section'
import type { Side } from '../digs/stretch'

export type DigState = 'proposed' | 'asking' | 'countered' | 'escalated' | 'agreed' | 'reduced' | 'failed' | 'dropped'
export type AnswerState = 'asked' | 'seen' | 'joins' | 'declines' | 'counters' | 'withdrawn' | 'escalated' | 'revoked'
export type PlanState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'

export interface PlanHead {
  id: string
  state: PlanState
  on: string
  revision: number
  created_at: string
  /** The job that makes it; null where it was made at once. */
  job?: string | null
  settings?: PlanSettings
  scope?: PlanScope
  error?: Plan['error']
  stale?: boolean
}

/** A plan in the list of plans. */
export interface PlanItem extends PlanHead {
  digs: number
  stale: boolean
}

/** What the page needs at its start. */
export interface DigOnce {
  version: string
  works: number
  matches: number
  judged: { at: string; pack: string } | null
  plans: PlanItem[]
  parties: string[]
  roads: string[]
}

export interface Closure {
  name: string | null
  kind: string
  start: string | null
  end: string | null
}

export interface Placed {
  start: string
  end: string
  open_days: number
  shift_days: number
  provisional: boolean
  dig: number | null
  dig_id: string | null
  role: string
  order: number
}

export interface Work {
  work_id: string
  kind: string
  party: string | null
  project: string | null
  utility: string | null
  route: number | null
  window: {
    start: string | null
    end: string | null
    firm: boolean
    shift_days: number | null
    duration_days: number | null
    ready: string | null
    owed: string[]
  }
  /** The road on which it shares the most comes first. */
  roads: string[]
  length_m: number | null
  diameter_mm: number | null
  depth_m: number | null
  trench_width_m: number | null
  closures: Closure[]
  planned: Placed | null
  moved: boolean
  bbox: Box
  geometry: Geometry | null
}

export interface PlanMatch {
  match_id: string
  a: string
  b: string
  shared_m: number | null
  road_names: string[]
  days_in_common: number | null
  status: 'together' | 'apart' | 'undated'
  note?: string | null
  note_day?: string | null
  planned: { days_in_common: number | null; joined: boolean } | null
  dig: number | null
  geometry: LineString | MultiLineString | null
}

export interface Savings {
  openings: number
  metres: number
  area_m2: number
  unmeasured_m: number
  days: number
  yuan: number | null
  unpriced_m2: number
  points: number
  shift_days?: number
  pavement?: { pavement: string | null; metres: number; area_m2: number; unmeasured_m: number; yuan: number | null }[]
}

export interface DigMember {
  work_id: string
  party: string | null
  utility: string | null
  role: string
  order: number
  start: string
  end: string
  open_days: number
  shift_days: number
  firm: boolean
  depth_m: number | null
  diameter_mm: number | null
  trench_width_m: number | null
}

export interface DigStretch {
  road_id: string | null
  road_name: string | null
  from_m: number | null
  to_m: number | null
  match_id: string
  shared_m: number | null
  pavement: string | null
  gap_m: number | null
  works: { work_id: string; side: Side; from_m: number | null; to_m: number | null; depth_m: number | null }[]
}

export interface SectionFinding {
  about: 'clear' | 'cover'
  a: string
  b: string | null
  measured_m: number | null
  minimum_m: number | null
  verdict: 'ok' | 'below_minimum' | 'check'
  text: Words
}

export interface DigSection {
  pipes: SectionPipe[]
  outline: [number, number][]
  width_m: number | null
  width_at_least_m: number
  depth_m: number | null
  depth_at_least_m: number
  findings: SectionFinding[]
  standard: string | null
}

export interface Share {
  party: string | null
  works: string[]
  /** Of its lines within the dig. */
  metres?: number | null
  volume_share: number | null
  shapley_share: number | null
}

export interface DigAnswer {
  /** null: of another party, told to nobody outside the offices */
  invitation: number | null
  party: string
  works: string[]
  state: AnswerState
  round: number
  sent_at: string | null
  seen_at: string | null
  answered_at: string | null
  deadline: string | null
  deadline_provisional: boolean
  reason: string | null
  reason_code: string | null
  start: string | null
  end: string | null
}

export interface Dig {
  id: number
  dig_id: string
  plan: string
  state: DigState
  state_text: Words
  revision: number
  start: string
  end: string
  road_names: string[]
  lead: string
  works: string[]
  match_ids: string[]
  owed: string[]
  paved_by: string[]
  status: string
  gap: number
  provisional: boolean
  shift_days: number
  bbox: Box | []
  members: DigMember[]
  stretches: DigStretch[]
  savings: Savings
  shares: Share[]
  shares_note: Words | null
  section: DigSection | null
  section_note?: Words | null
  answers: DigAnswer[]
  without_party: string[]
  drawing: string
  calendar: string
}

export interface Unjoined {
  match_id: string | null
  a: string
  b: string | null
  binding: string
  work_id: string | null
  /** Null: a move that is only tried takes the pair apart. */
  text: Words | null
  change: { code: string; work_id: string; days: number; day: string; opens: string | null; confirmed: boolean | null; text: Words } | null
  missing: string[]
  loses: string[]
}

export interface Violation {
  rule: string
  work_id: string
  other: string | null
  text: Words
}

export interface PlanSettings {
  weights: { metres: number; area: number; days: number; shift: number }
  spare_days: number
  lead_rule: 'first_accepted' | 'longest'
  answer_days: number
  silence: 'withdrawn' | 'escalate'
  min_shared_m?: number
}

/** Which works are planned; empty: all. */
export type PlanScope = Partial<Record<'parties' | 'roads' | 'work_ids', string[]>> & { bbox?: Box | null }

export interface Plan {
  id: string
  state: PlanState
  job?: string | null
  scope?: PlanScope
  error: { title?: string; detail?: string } | Words | null
  on: string
  pack: string
  created_at: string
  revision: number
  stale: boolean
  provisional: boolean
  settings: PlanSettings
  works: Work[]
  matches: PlanMatch[]
  digs: Dig[]
  unjoined: Unjoined[]
  components: { component: number; works: number; pairs: number; joined: number; status: string; points: number; gap: number }[]
  savings: Savings
  formula: Words
  violations: Violation[]
  /** Days that are no working days; absent: weekends. */
  rest_days?: string[] | null
}

export interface PlanWish {
  on?: string
  pack?: string
  scope?: PlanScope
  settings?: Partial<PlanSettings>
}

/** Start days by work; null puts a work back to where the planner had it. */
export type Moves = Record<string, string | null>

export interface PreviewWork {
  work_id: string
  start: string
  end: string
  open_days: number
  shift_days: number
  dig_id: string | null
  role: string
  order: number
  provisional: boolean
  moved: boolean
}

export interface PreviewDig {
  dig_id: string
  dig: number | null
  start: string
  end: string
  works: string[]
  lead: string
  road_names: string[]
  savings: Savings
}

export interface Preview {
  revision: number
  works: PreviewWork[]
  matches: { match_id: string; joined: boolean; days_in_common: number | null }[]
  digs: PreviewDig[]
  savings: Savings
  before: Savings
  violations: Violation[]
  /** What would not be joined; absent: as `matches` says. */
  unjoined?: Unjoined[]
}

export interface Invited {
  dig: number
  invitations: {
    invitation: number
    party: string
    works: string[]
    state: AnswerState
    round: number
    deadline: string | null
    deadline_provisional: boolean
    token: string | null
    link: string | null
  }[]
  without_party: string[]
}

export interface Invitation {
  invitation: number
  party: string
  state: AnswerState
  round: number
  deadline: string | null
  deadline_provisional: boolean
  late: boolean
  can_answer: boolean
  silence: string
  dig: Dig
  mine: string[]
  map: FeatureCollection
  changed: Words | null
  reasons: { code: string; zh: string; en: string }[]
  log: { at: string; what: string; round: number; actor?: string | null }[]
}

export type Answering =
  | { answer: 'seen' }
  | { answer: 'joins'; round: number; by?: string }
  | { answer: 'declines'; round: number; reason_code: string; reason?: string; by?: string }
  | { answer: 'counters'; round: number; start: string; end: string; reason?: string; by?: string }

export interface Score {
  pairs: number
  planned: number
  agreed: number
  rate: number | null
  refusals: Record<string, number>
  repeats: number
  metres_saved: number
  metres_offered?: number
  /** Of digs that came to nothing; not among those offered. */
  metres_failed?: number
  silent?: number
}

export interface Scoreboard {
  months: (Score & { month: string })[]
  parties: (Score & { party: string })[]
  total: Score
  formula: Words
}
