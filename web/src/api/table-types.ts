/** What the server says about typed coordinates and about the lines of a file. */
import type { Position } from 'geojson'
import type { Words } from './types'

export interface TypedPoint {
  row: number
  x: number
  y: number
  lon: number
  lat: number
  inside: boolean
}

export interface CoordinatesRead {
  points: TypedPoint[]
  crs: string | null
  order: 'xy' | 'yx' | null
  /** What has to be said before there are points. */
  ask: 'crs' | 'order' | null
  said: Words
  problems: { row: number; text: string; why: Words }[]
}

export interface FileLine {
  row_no: number
  label: string
  length_m: number
  coordinates: Position[]
  attributes: Record<string, string | number | boolean>
}

export interface FileLines {
  lines: FileLine[]
  total: number
  notes: string[]
  rejects: { row_no: number; reason: string }[]
}
