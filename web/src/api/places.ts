/** Pasted locations and the ground along a line. */
import type { LineString, MultiLineString, Polygon } from 'geojson'
import { json, query, send } from './client'
import type { Words } from './types'

export interface PastedPlace {
  lon: number
  lat: number
  datum: string
  shift_m: number
  inside: boolean
  said: Words
}

export interface Pasted {
  service: string | null
  turned: boolean
  places: PastedPlace[]
  said: Words | null
}

export interface Station {
  at_m: number
  lon: number
  lat: number
  height_m: number | null
  slope_pct: number | null
  part: number
}

export interface Profile {
  length_m: number
  step_m: number
  lowest_m: number | null
  highest_m: number | null
  /** null where no slope is known. */
  climb_m: number | null
  descent_m: number | null
  gaps: [number, number][]
  points: Station[]
  sheets: { delivery: number; source: string; owner: string; as_of: string | null; resolution_m: number; points: number }[]
}

export const readPasted = (text: string, signal?: AbortSignal): Promise<Pasted> => json(`/api/places/pasted${query({ text })}`, { signal })

export const readProfile = (line: LineString | MultiLineString, signal?: AbortSignal): Promise<Profile> =>
  send('POST', '/api/places/profile', { line: { type: line.type, coordinates: line.coordinates } }, signal)

export interface Ruled {
  work_crs: string
  legs_m: number[]
  planar_m: number
  geodesic_m: number
  bearing_deg: number | null
  planar_m2: number | null
  geodesic_m2: number | null
}

export const measure = (shape: LineString | Polygon, signal?: AbortSignal): Promise<Ruled> =>
  send('POST', '/api/places/measure', { shape: { type: shape.type, coordinates: shape.coordinates } }, signal)
