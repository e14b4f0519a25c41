/** The room as shapes of the map: site, pins, photos, drawings, trails, how exact each position is. Pure. */
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson'
import type { Survey, SurveyEvent } from '../api/survey'
import { circle } from './measure'
import { placeOf } from './timeline'

export interface Standing {
  participant: number
  at: Position
  accuracy_m: number
  /** Shown and not recorded: too inexact. */
  passing: boolean
}

const ROUND_M = { least: 3, most: 5_000 }

/** Where each participant was last; marked jumps and far places are kept in the journal and not believed here. */
export function standings(events: readonly SurveyEvent[], passing: ReadonlyMap<number, Record<string, unknown>>): Standing[] {
  const out = new Map<number, Standing>()
  const add = (participant: number, detail: Record<string, unknown>, passed: boolean): void => {
    const [at] = placeOf(detail)
    if (at) out.set(participant, { participant, at, accuracy_m: Number(detail.accuracy_m) || 0, passing: passed })
  }
  for (const event of events) if (event.kind === 'position' && !event.detail.jump) add(event.participant, event.detail, false)
  for (const [participant, detail] of passing) add(participant, detail, true)
  return [...out.values()]
}

export function roomFeatures(survey: Survey | null, events: readonly SurveyEvent[], stand: readonly Standing[], colour: (participant: number) => string): FeatureCollection {
  const features: Feature[] = []
  const put = (role: string, geometry: Geometry, properties: Record<string, unknown> = {}): void => void features.push({ type: 'Feature', geometry, properties: { role, ...properties } })
  if (survey) put('site', survey.site)
  const trails = new Map<number, Position[]>()
  for (const event of events) {
    const at = placeOf(event.detail)
    if (!at.length) continue
    const tint = colour(event.participant)
    if (event.kind === 'position') {
      if (!event.detail.jump && !event.detail.far_m) trails.set(event.participant, [...(trails.get(event.participant) ?? []), at[0]!])
    } else if (event.kind === 'drawing') {
      const area = Array.isArray(event.detail.area)
      put('drawing', area ? { type: 'Polygon', coordinates: [[...at, at[0]!]] } : { type: 'LineString', coordinates: at }, { colour: tint, seq: event.seq, label: labelOf(event) })
    } else if (event.kind !== 'view') put('pin', { type: 'Point', coordinates: at[0]! }, { colour: tint, seq: event.seq, label: labelOf(event) })
  }
  for (const [participant, line] of trails) if (line.length > 1) put('trail', { type: 'LineString', coordinates: line }, { colour: colour(participant) })
  for (const one of stand) {
    const radius = Math.min(ROUND_M.most, Math.max(ROUND_M.least, one.accuracy_m))
    put('round', { type: 'Polygon', coordinates: [circle(one.at, radius)] }, { colour: colour(one.participant), passing: one.passing })
  }
  return { type: 'FeatureCollection', features }
}

function labelOf(event: SurveyEvent): string {
  const { text, length_m, area_m2 } = event.detail
  const size = typeof length_m === 'number' ? `${length_m.toFixed(1)} m` : typeof area_m2 === 'number' ? `${area_m2.toFixed(0)} m²` : ''
  return [typeof text === 'string' ? text : '', size].filter(Boolean).join(' · ')
}
