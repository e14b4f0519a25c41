/** Owners' sheets and clearance hints as the server tells them. Lengths in metres, areas in square metres. */
import type { Geometry, Position } from 'geojson'
import type { Words } from './types'

export type SheetState = 'to_confirm' | 'confirmed' | 'corrected' | 'signed'
export type Theme = 'road' | 'green' | 'tree' | 'pipe' | 'other'
export type Unit = 'm2' | 'm' | 'tree' | 'place'

export interface SheetStretch {
  from_m: number
  to_m: number
  coordinates: Position[]
}

export interface SheetRow {
  key: string
  theme: Theme
  owner: string
  id: string | null
  name: string | null
  kind: string | null
  part: string | null
  pavement: string | null
  amount: number | null
  unit: Unit
  method: string
  estimated: boolean
  why: string | null
  stretches: SheetStretch[]
  detail: Record<string, unknown>
}

export interface Correction {
  amount: number
  reason: string
}

export interface Sheet {
  id: number
  owner: string
  state: SheetState
  content: { rows: SheetRow[]; footprint_m2: number; estimated: boolean; withheld: boolean; unassigned: SheetRow[]; proposal: string; title: string; line: Geometry }
  corrected: Record<string, Correction> | null
  signed_name: string | null
  signed_at: string | null
  /** Number and day of the paper that an owner without a desk here signed. */
  paper: string
  paper_on: string | null
  digest: string | null
  may_answer: boolean
  /** One answers for an owner without a desk here: their paper is entered. */
  by_paper: boolean
}

/** A sheet that one's company is asked to confirm, of whosever proposal. */
export interface AskedSheet {
  proposal: number
  called: string
  title: string
  version: number
  sheet: number
  owner: string
  state: SheetState
  rows: number
  made_at: string
}

export interface Sheets {
  version: number
  items: Sheet[]
  may_make: boolean
}

export type Answer = 'ok' | 'below_minimum' | 'check'

export interface Hint {
  pipe_id: string
  utility: string | null
  owner: string | null
  abandoned: boolean
  gap_m: number | null
  least_m: number | null
  /** Somebody compared the number with the standard's text. */
  checked: boolean
  answer: Answer
  missing: string | null
  conf: string | null
  note: string | null
}

export interface CrossingHint extends Hint {
  meets: 'crossing' | 'end'
  at_m: number
  angle_deg: number | null
  point: Position
  pipe_depth_m: number | null
  route_depth_m: number | null
}

export interface ParallelHint extends Hint {
  from_m: number
  to_m: number
  apart_m: number
}

export interface Hints {
  known: boolean
  delivered: boolean
  withheld: boolean
  withheld_words?: Words
  notice: Words
  standard: { number: string; clauses: string[] }
  crossings: CrossingHint[]
  parallels: ParallelHint[]
}
