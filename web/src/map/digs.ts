/** The map's pictures of joint digs: works, the bands where they lie side by side, names. Pure: plan in, GeoJSON out. */
import type { Feature, FeatureCollection, Geometry, LineString, MultiLineString, Point } from 'geojson'
import type { Plan } from '../api/dig-types'
import { digNumber, type Live } from '../digs/live'
import { paves } from '../digs/gantt-works'
import { along, length_m, linesOf } from '../util/geo'
import { standardColour } from './palette'

export interface WorkProps {
  work_id: string
  colour: string
  paves: boolean
  /** Of the chosen dig, or none is chosen. */
  shown: boolean
  chosen: boolean
  bad: boolean
  /** Has it a place in a joint dig? */
  joint: boolean
}

export interface BandProps {
  match_id: string
  dig: string
  joined: boolean
  shown: boolean
  chosen: boolean
  label: string
}

export interface Choice {
  dig: string | null
  work: string | null
  /** Which works a filter lets through. */
  keep: (id: string) => boolean
}

export function workLines(plan: Plan, live: Live, choice: Choice): FeatureCollection<Geometry, WorkProps> {
  const mine = choice.dig === null ? null : new Set(live.digs.find((dig) => dig.key === choice.dig)?.works)
  const features = plan.works.flatMap((work): Feature<Geometry, WorkProps>[] => {
    const one = live.works.get(work.work_id)
    if (!work.geometry || !one || !choice.keep(work.work_id)) return []
    return [{
      type: 'Feature', geometry: work.geometry,
      properties: {
        work_id: work.work_id, colour: paves(work) ? '#8a8378' : standardColour(work.utility ?? ''), paves: paves(work), shown: mine === null || mine.has(work.work_id),
        chosen: choice.work === work.work_id, bad: one.violations.length > 0, joint: one.dig !== null,
      },
    }]
  })
  return { type: 'FeatureCollection', features }
}

/** Where two works share a stretch: a band; whole where they are opened together, pale where they are not, or no longer agree to. */
export function bands(plan: Plan, live: Live, choice: Choice): FeatureCollection<LineString | MultiLineString, BandProps> {
  const failed = new Set(live.digs.filter((dig) => dig.state === 'failed').map((dig) => dig.key))
  const features = plan.matches.flatMap((match): Feature<LineString | MultiLineString, BandProps>[] => {
    if (!match.geometry || !choice.keep(match.a) || !choice.keep(match.b)) return []
    const joined = live.joined.get(match.match_id) ?? false
    const dig = joined ? (live.works.get(match.a)?.dig ?? '') : ''
    return [{
      type: 'Feature', geometry: match.geometry,
      properties: { match_id: match.match_id, dig, joined: joined && !failed.has(dig), shown: choice.dig === null || choice.dig === dig, chosen: choice.dig !== null && choice.dig === dig, label: '' },
    }]
  })
  return { type: 'FeatureCollection', features }
}

/** The number of each dig, in the middle of its longest band. */
export function digBadges(found: FeatureCollection<LineString | MultiLineString, BandProps>, live: Live): FeatureCollection<Point, BandProps> {
  const names = new Map(live.digs.map((dig) => [dig.key, digNumber(dig.dig_id)]))
  const longest = new Map<string, { m: number; feature: Feature<Point, BandProps> }>()
  for (const band of found.features) {
    const { dig } = band.properties
    if (!dig || !names.has(dig)) continue
    for (const line of linesOf(band.geometry)) {
      const m = length_m(line)
      if (line.length > 1 && m > (longest.get(dig)?.m ?? -1)) {
        longest.set(dig, { m, feature: { type: 'Feature', geometry: { type: 'Point', coordinates: along(line, 0.5) }, properties: { ...band.properties, label: names.get(dig)! } } })
      }
    }
  }
  return { type: 'FeatureCollection', features: [...longest.values()].map((one) => one.feature) }
}
