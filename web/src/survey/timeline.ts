/** The journal as people read it: one row for what belongs together. */
import type { Position } from 'geojson'
import type { SurveyEvent } from '../api/survey'

export interface Row {
  key: number
  kind: string
  participant: number
  /** The newest of the row. */
  event: SurveyEvent
  count: number
  from: string
  to: string
}

/** What somebody sends many times in a row without meaning each of them. */
const STREAMS = new Set(['position', 'view'])

/** Rows in the order of the journal; a stream of one participant that nothing interrupts is one row. */
export function rowsOf(events: readonly SurveyEvent[]): Row[] {
  const out: Row[] = []
  const running = new Map<string, Row>()
  for (const event of events) {
    const stream = STREAMS.has(event.kind) ? `${event.kind}.${event.participant}` : ''
    const before = running.get(stream)
    if (stream && before) {
      Object.assign(before, { event, count: before.count + 1, to: event.at })
      continue
    }
    if (!stream) running.clear()
    const row = { key: event.seq, kind: event.kind, participant: event.participant, event, count: 1, from: event.at, to: event.at }
    if (stream) running.set(stream, row)
    out.push(row)
  }
  return out
}

/** A place on earth, or null: what others send is looked at before the map is given it. */
export const lonLat = (value: unknown): [number, number] | null =>
  Array.isArray(value) && value.length === 2 && Math.abs(value[0] as number) <= 180 && Math.abs(value[1] as number) <= 90 && value.every((n) => typeof n === 'number') ? (value as [number, number]) : null

/** The corners of what an event shows on the map: a point, the points of a line, or none. */
export function placeOf(detail: Record<string, unknown>): Position[] {
  const at = lonLat(detail.at) ?? lonLat([detail.lon, detail.lat])
  if (at) return [at]
  const drawn = detail.line ?? detail.area
  return Array.isArray(drawn) && drawn.every((each) => lonLat(each)) ? (drawn as Position[]) : []
}

/** What an office concluded last; the newest stands. */
export function conclusionsOf(events: readonly SurveyEvent[]): Map<string, SurveyEvent> {
  const out = new Map<string, SurveyEvent>()
  for (const event of events) if (event.kind === 'conclusion' && typeof event.detail.unit === 'string') out.set(event.detail.unit, event)
  return out
}
