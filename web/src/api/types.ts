/** What the server says, as TypeScript sees it. Lengths in metres, coordinates lon/lat. */
import type { PastedPlace } from './places'
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson'

export type Lang = 'zh' | 'en'
/** Words in both languages; some servers' fields hold plain text instead. */
export type Words = string | Partial<Record<Lang, string>>
export type Box = [west: number, south: number, east: number, north: number]
export type Answer = 'yes' | 'no' | 'unknown'

export interface City {
  name: string
  synthetic: boolean
  work_crs: string
  bounds: Box
  /** Null: no pack is in force. */
  default_pack: string | null
  rasters: string[]
  /** Maps from outside that may lie under ours; none where the city has no key. */
  backgrounds?: Background[]
}

export interface Background {
  name: string
  zh: string
  en: string
  /** Addresses of the picture, and of the names above it. */
  tiles: [string, string]
  deepest: number
  attribution: string
}

export interface LayerInfo {
  name: string
  zh: string
  en: string
  geometry: string
  rows: number | null
  delivered: boolean
  covers: string | null
  as_of: string | null
  complete_since: string | null
  source: string | null
  owner: string | null
  licence: string | null
  stated_by: string | null
  tiles: string | null
  /** Changes with each delivery; tiles asked for with it may be kept for ever. */
  version?: string | null
}

/** One entry of a pack: plain words, or an object that carries words under one of a few names. */
export type PackEntry = Words | { title?: Words; label?: Words; name?: Words; zh?: string; en?: string }
export type PackTable = Record<string, PackEntry> | (Record<string, unknown> & { id?: string })[]

export interface Pack {
  id: string
  label: string
  title: Words
  city?: Words
  outcomes?: PackTable
  conditions?: PackTable
  rules?: PackTable
  permits?: PackTable
  switches?: PackTable
}

export interface Stretch {
  theme: string
  from_m: number
  to_m: number
  kind?: string | null
  id?: string | null
  name?: string | null
  side?: string | null
  pavement?: string | null
  width_m?: number | null
  area_m2?: number | null
  bored?: boolean | null
  /** False where it is not known whether the stretch counts. */
  certain?: boolean | null
  locked_until?: string | null
  coordinates?: Position[] | Position[][] | null
}

export interface Citation {
  title?: Words
  clause?: string
  says?: Words
  href?: string | null
  rank?: string
  read_on?: string | null
}

export interface Finding {
  rule: string
  title?: Words
  answer: Answer
  value: number | string | boolean | null
  unit: string | null
  limit: number | string | (string | number)[] | null
  test?: string
  margin: number | null
  at_limit?: boolean
  estimated?: boolean
  decides?: boolean
  /** decides, warns or informs: what a pack lets the rule do. */
  effect?: string
  citation?: Citation | null
  stretches?: Stretch[] | null
  missing?: (Record<Lang, string> & { layer?: string; office?: string }) | null
  /** Name of the switch that it rests on; its words are in the verdict's `readings`. */
  reading?: string | null
}

export interface Reading {
  switch: string | null
  code: string
  title: Words
  chosen: Words | null
  argument: Words | null
  confirmed_by: { office: string | null; document: string | null; date: string | null } | null
}

export interface Permit {
  item: string
  title?: Words
  state?: 'owed' | 'waived' | 'confirm' | 'unknown'
  waived: boolean
  authority?: string | null
  authority_en?: string | null
  term?: string | null
  term_en?: string | null
  papers?: string[] | null
  form?: string | null
  citation?: Citation | null
}

export interface Delivery {
  layer: string
  id: string | null
  as_of: string | null
  covers: boolean | null
  delivered?: boolean
  owner?: string | null
  stated_by: string | null
}

/** Works on the same stretch, as a verdict names them. */
export interface VerdictMatch {
  match_id: string
  with: string
  with_kind?: string
  party?: string | null
  kind: string
  shared_m?: number | null
  road_name?: string | null
  days_in_common?: number | null
  status?: string | null
}

export interface Verdict {
  route_id: string | null
  outcome: string
  conditions: string[]
  could_be: { outcome: string; conditions: string[] } | null
  certainty: 'text' | 'reading' | 'data-missing'
  immediate: boolean
  headline: Words
  on: string
  dig: [string | null, string | null] | null
  length: {
    planar_m: number
    geodesic_m: number
    counted_m: number
    dug_m: number | null
    sum_m: number | null
    trench_width_m?: number | null
    trench_estimated?: boolean
    crs: string
    accuracy_m: number | null
  }
  findings: Finding[]
  permits: Permit[]
  /** Null: not looked for. */
  matches?: VerdictMatch[] | null
  readings?: Reading[]
  notes?: Words[]
  group?: { history_checked?: boolean }
  rests_on: { pack: string; deliveries: Delivery[] }
  notice: Words
}

export type RouteFeature = Feature<Geometry, Record<string, unknown>>

export interface Judged {
  verdict: Verdict
  pieces: Stretch[]
}

/** A stored route; verdict and pieces are null until it is judged. */
export interface StoredRoute {
  route: RouteFeature
  verdict: Verdict | null
  pieces: Stretch[] | null
}

export interface RouteItem {
  id: number | string
  route_id: string
  project: string | null
  utility: string | null
  outcome: string | null
  conditions: string[]
  certainty: string | null
  immediate: boolean | null
  length_m: number | null
  bbox: Box
}

export interface RoutePage {
  total: number
  counts: Record<string, number>
  items: RouteItem[]
}

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'

/** A row and field of a file with what was wrong. */
export interface Told {
  row_no: number
  route_id?: string | null
  field?: string | null
  zh?: string
  en?: string
  reason_zh?: string
  reason_en?: string
}

export interface JobSummary {
  rows_in?: number
  rows_out?: number
  rejected?: number
  outcomes?: Record<string, number>
  pack?: string
  seconds?: number
}

export interface Job {
  id: string
  /** Of a plan: how many works it has. */
  works?: number | null
  state: JobState
  done: number | null
  total: number | null
  rate: number | null
  seconds_left: number | null
  phase: Words | null
  summary: JobSummary | null
  /** Rows that could not be judged, with the reason. */
  rejects: Told[]
  /** Values that were taken as unknown. */
  issues?: Told[]
  /** How the file was read: encoding, coordinate system, columns. */
  notes?: string[]
  downloads: Record<string, string> | null
  error: { code?: string; title?: string; detail?: string } | null
}

export interface Found {
  kind: string
  name: string
  bbox: Box
  id?: number | string
  /** Of a pasted location: what it means. */
  place?: PastedPlace
}

export type JobRoutes = FeatureCollection<Geometry, Record<string, unknown>>
