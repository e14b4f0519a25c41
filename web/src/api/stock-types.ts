/** Layers and rules as their keeper sees them. */
import type { FeatureCollection, Geometry } from 'geojson'
import type { Box, LayerInfo } from './types'

export type Both = { zh: string; en: string }

export interface Delivery {
  id: number
  layer: string
  source: string
  owner: string
  licence: string
  as_of: string | null
  complete_since: string | null
  rows_expected: number
  rows_loaded: number
  rows_lost: number
  rows_current: number | null
  file_name: string
  loaded_at: string
  loaded_by: string | null
  state: 'current' | 'partly' | 'replaced'
  coverage: Geometry | null
}

export interface FieldQuality extends Both {
  name: string
  kind: string
  listed: boolean
  required: boolean
  blank: number
  answered_blank: number
  unclear: number
}

export interface Stock {
  name: string
  key: string | null
  covered_share: number | null
  quality: { rows: number | null; lost: number; fields: FieldQuality[] }
  deliveries: Delivery[]
}

export type Rows = FeatureCollection<Geometry | null> & { total: number }
export type Fate = 'added' | 'removed' | 'changed' | 'moved'

export interface Change {
  key: string
  fate: Fate
  beyond: boolean
  fields: Record<string, [unknown, unknown]>
  moved_m: number | null
  row_before: number | null
  row_after: number | null
  was: Geometry | null
}

export type Diff = FeatureCollection<Geometry | null, Change> & { by: string | null; beyond: number; counts: Record<Fate | 'same', number> }

export interface Preview {
  id: string
  layer: string
  file: string
  rows: number
  rows_expected: number
  rejected: number
  lost: number
  columns: string[]
  fields: (Both & { name: string; unit: string; required: boolean; column: string | null; filled: number; example: string | null })[]
  notes: (Both & { code: string })[]
  issues: (Both & { row_no: number; key: string; field: string; rejected: boolean })[]
  issues_total: number
  keys: { known: number; new: number; not_in_file: number } | null
  fates: { delivery: number; fate: 'whole' | 'part' | 'beside' | 'newer'; rows: number }[]
  shapes: FeatureCollection & { shown: number; total: number; box: Box | null }
  coverage: Geometry | null
}

export interface Load {
  id: string
  layer: string
  file: string
  by: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  done: number
  total: number | null
  phase: Both
  cancelling: boolean
  result: { delivery: number; rows: number; already: boolean; replaced: number; outdated: number; rejected: number; stray?: (Both & { row_no: number })[] } | null
  error: { code: string; detail: string } | null
  created_at: string
  finished_at: string | null
}

export interface Citation { title: string; clause: string; says: string; href: string | null; rank: string; read_on: string }
export interface ClauseItem { id: string; title: Both; parts: { name: string; label: Both; lines: Both[] }[]; citation: Citation | null }
export interface PackHead {
  id: string
  label: string
  title: Both
  city: Both
  valid_from: string
  valid_to: string | null
  complete: boolean
  notice: Both
  folder: string
  open_readings: number
  readings: number
  rules: number
  permits: number
}
export interface PackCase { name: string; outcome: string; title: Both; conditions: string[]; certainty: string; fits: boolean; wrong: string[] }
export interface Clauses extends PackHead { sections: { name: string; title: Both; items: ClauseItem[] }[]; cases: PackCase[] }
export type PairFate = 'same' | 'differs' | 'only_a' | 'only_b'
export interface Pair { id: string; fate: PairFate; a: ClauseItem | null; b: ClauseItem | null; differing: string[] }
export interface Compared { a: PackHead; b: PackHead; sections: { name: string; title: Both; counts: Record<PairFate, number>; items: Pair[] }[] }

export interface Company { id: number; name: string; known_as: string[]; people: number; pipes?: number; length_m?: number; created_at?: string }
export interface Companies { items: Company[]; unclaimed: { owner: string; pipes: number; length_m: number | null }[] }
export interface Token { id: number; login: string; name: string; may: string[]; created_at: string; expires_at: string; used_at: string | null; revoked_at: string | null }
export interface AuditRow { id: number; at: string; actor: string; address: string; action: string; subject: string; before: Record<string, unknown> | null; after: Record<string, unknown> | null; hash: string }
export interface AuditWish { actor?: string; action?: string; subject?: string; since?: string; until?: string; before?: number; limit?: number }
export type { LayerInfo }
