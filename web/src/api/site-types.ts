/** What the server says of a site. Lengths in metres, coordinates lon/lat; null is not known. */
import type { Geometry, Position } from 'geojson'
import type { Citation } from './types'

export type Both = { zh: string; en: string }
export type Missing = Both & { code: string }
export interface DataFrom extends Both {
  layer: string
  as_of: string | null
  owner: string | null
  source: string | null
}
export interface Main {
  pipe_id: string | null
  kind: string | null
  diameter_mm: number | null
  voltage_kv: number | null
  pressure_mpa: number | null
  depth_m: number | null
  material: string | null
  state: string | null
  owner: string | null
  free_capacity: number | null
  distance_m: number
  point: Position
  site_point: Position
  line: Position[][]
  height_m: number | null
  rise_m: number | null
}
export interface UtilityMains {
  utility: string
  title: Both
  answer: 'found' | 'none' | 'closed' | 'unknown'
  certain: boolean
  missing: Missing[]
  mains: Main[]
  data: DataFrom[]
}
export interface NearThing {
  key: string
  layer: string
  id: string | null
  name: string | null
  title: Both
  kind_words: Both | null
  distance_m: number
  least_m: number
  radius_m: number
  certain: boolean
  point: Position
  shape: Geometry
  citation: Citation | null
  start: string | null
  end: string | null
  route?: number
}
export interface Theme {
  theme: string
  title: Both
  items: NearThing[]
  total: number
  missing: Missing[]
  data: DataFrom[]
}
export interface Terrain {
  height_m: number | null
  low_m: number | null
  high_m: number | null
  slope_percent: number | null
  falls_deg: number | null
  known: number
  grid_m: number | null
  missing: Missing[]
  data: DataFrom[]
}
export interface PipeAtSite {
  pipe_id: string | null
  utility: string | null
  title: Both
  owner: string | null
  depth_m: number | null
  diameter_mm: number | null
  distance_m: number
  abandoned: boolean
  line: Position[][]
  asked: { utility: string; least_m: number | null; most_m: number | null; checked: boolean; missing: string | null }[]
}
export interface SiteJudged {
  site: { geometry: Geometry; area_m2: number | null; centre: Position }
  pack: string
  on: string
  reach_m: number
  near_m: number
  notice: Both
  capacity: Both
  mains: UtilityMains[]
  around: Theme[]
  terrain: Terrain
  clearances: { pipes: PipeAtSite[]; missing: Missing[]; notice: Both; standard: { number: string; clause: string }; data: DataFrom[] }
}
export interface SiteLine {
  key: string
  utility: string
  pipe_id: string | null
  line: Position[]
  length_m: number
  along_m: number
  outcome: string
  outcome_words: Both
  headline: Both
  condition_words: Both[]
  certainty: string
  missing: Both[]
  crossings: number
  below: number
  unsure: number
}
export interface SiteLines {
  notice: Both
  utilities: { utility: string; title: Both; lines: SiteLine[]; missing: Missing[] }[]
  data: DataFrom[]
}
