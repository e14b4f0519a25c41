/** Proposals, as the server tells them. */
import type { Geometry } from 'geojson'
import type { RouteFeature, Stretch, Verdict, Words } from './types'

export const STATES = ['draft', 'submitted', 'under_review', 'decided', 'withdrawn'] as const
export type State = (typeof STATES)[number]
interface Named { id: number; name: string }

export interface ProposalHead {
  id: number
  number: string
  title: string
  company: Named | null
  author: Named | null
  state: State
  version: number
  revision: number
  route: number | null
  districts: string[]
  submitted_at: string | null
  due: string | null
  decided_at: string | null
  decision: string | null
  created_at: string
  changed_at: string
  /** One's own to change. */
  mine: boolean
}

export interface ProposalItem extends ProposalHead {
  length_m: number
  outcome: string
  certainty: string
  conditions: string[] | null
}

export interface ProposalPage {
  total: number
  counts: Partial<Record<State, number>>
  items: ProposalItem[]
}

export interface Version {
  id: number
  number: number
  length_m: number
  outcome: string
  certainty: string
  pack: string
  on: string
  note: string
  saved_at: string
  saved_by_name?: string | null
  submitted_at: string | null
  route: number | null
}

export interface ProposalEvent {
  id: number
  at: string
  person_name: string | null
  role: string | null
  what: string
  detail: Record<string, unknown>
}

export interface Proposal extends ProposalHead {
  present: Version & { feature: RouteFeature; verdict: Verdict; pieces: Stretch[] }
  versions: Version[]
  events: ProposalEvent[]
  notes?: string[]
  ignored?: string[]
}

export interface Side extends Version {
  geometry: Geometry
  conditions: string[]
  headline: Words | null
  dug_m: number
}

export interface Part { length_m: number; geometry: Geometry }
export type Said = Record<string, unknown>

/** One finding or permit of both versions; `changed` names what is another. */
export interface Beside {
  key: string
  title?: Words
  unit?: string | null
  changed: string[]
  a: Said | null
  b: Said | null
}

export interface Compared {
  proposal: number
  a: Side
  b: Side
  removed: Part
  added: Part
  kept: Part
  findings: Beside[]
  permits: Beside[]
  properties: { name: string; a: unknown; b: unknown }[]
}
