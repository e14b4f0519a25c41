/** What the server says of the review. Lengths in metres, coordinates lon/lat. */
import type { Position } from 'geojson'
import type { Box, Citation, Delivery, Finding, RouteFeature, Stretch, Verdict, Words } from './types'

export type ReviewState = 'submitted' | 'under_review' | 'decided'
export type Deadline = 'overdue' | 'soon' | 'later' | 'none'
export type Said = 'agree' | 'contest' | 'ask'
export type Decision = 'approve' | 'conditions' | 'refuse'

export interface QueueItem {
  route: number
  /** Null: a line that came by file and that nobody has taken. */
  proposal: number | null
  number: string
  title: string | null
  applicant: string | null
  utility: string | null
  state: ReviewState
  since: string
  due: string | null
  deadline: Deadline
  decision: Decision | null
  districts: string[]
  outcome: string
  conditions: string[]
  immediate: boolean
  length_m: number
  owing: string[]
  /** Null: not known. */
  at_limit: boolean | null
  undetermined: boolean
  sliced: boolean
  bbox: Box
}

export interface QueueCounts {
  district: Record<string, number>
  authority: Record<string, number>
  outcome: Record<string, number>
  state: Record<string, number>
  deadline: Record<string, number>
  at_limit: number
  undetermined: number
  sliced: number
}

export interface Queue {
  total: number
  counts: QueueCounts
  items: QueueItem[]
}

/** One thing that the line meets, numbered as on the map. */
export interface Met {
  n: number
  key: string
  theme: string
  layer: string
  id: string | null
  name: string | null
  kind: string | null
  side: string | null
  pavement: string | null
  from_m: number
  to_m: number
  length_m: number | null
  area_m2: number | null
  bored: boolean | null
  certain: boolean
  lock?: 'yes' | 'no' | 'unknown'
  locked_until?: string | null
  age_years?: number | null
  party?: string | null
  days_in_common?: number | null
  rules: string[]
  citation: Citation | null
  coordinates: Position[]
  bbox: Box
}

export interface AnswerRow {
  id: number
  key: string
  answer: Said
  reason: string
  role: string
  name?: string
  at: string
}

export interface Task {
  id: number
  kind: 'contest' | 'ask' | 'missing'
  layer: string
  owner: string
  proposal: number | null
  key: string
  question: { zh: string; en: string; reason: string; role: string }
  opened_at: string
  opened_by?: string
  state: 'open' | 'answered' | 'closed'
  answer: string | null
  answered_at: string | null
  answered_by?: string | null
  /** The load that brought data for its place since. */
  delivery: number | null
  delivered_at: string | null
  delivered_source: string | null
  number: string | null
  title: string | null
  route: number | null
  bbox: Box
}

export interface Signed {
  decision: Decision
  words: string
  /** Number and day of the paper of an authority that has no desk here. */
  paper: string
  paper_on: string | null
  role: string
  signed_name: string
  at: string
  digest: string
}

export interface DecidedItem {
  item: string
  title: Words
  authority?: string | null
  authority_en?: string | null
  term?: string | null
  term_en?: string | null
  /** Each must sign; for a seat any one of its offices. */
  seats: { deciders: Words[]; decision: Signed | null }[]
  mine: boolean
  /** The authority elsewhere whose paper is wanted. */
  recorded: { authority: Words; cite: string } | null
}

export interface Change {
  fields: Record<string, { before: unknown; after: unknown }>
  findings: { rule: string; title: Words; unit: string | null; before: Told | null; after: Told | null }[]
}
export type Told = Pick<Finding, 'answer' | 'value'>

export interface Judgement {
  id: number
  outcome: string
  certainty: string
  judged_at: string
  current: boolean
  changes: Change | null
}

export interface ReviewItem extends Pick<QueueItem, 'route' | 'proposal' | 'number' | 'title' | 'applicant' | 'state' | 'since' | 'due' | 'districts' | 'outcome' | 'decision'> {
  route_feature: RouteFeature
  judgement: Verdict
  pieces: Stretch[]
  rows: Met[]
  findings: Finding[]
  rests_on: { pack: string; deliveries: Delivery[] }
  works_known: boolean
  answers: AnswerRow[]
  tasks: Task[]
  items: DecidedItem[]
  log: { at: string; what: string; detail: Record<string, unknown>; name?: string | null }[]
  history: Judgement[]
  doubts: string[]
  can_return: boolean
}

export interface Tasks {
  total: number
  counts: { state: Record<string, number>; layer: Record<string, number>; owner: Record<string, number> }
  items: Task[]
}

export interface BulkResult {
  route: number
  done: boolean
  items: string[]
  why: string | null
}
