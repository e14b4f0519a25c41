/** The map's picture of a site judgement. Pure: what is known in, GeoJSON out. */
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson'
import type { SiteJudged, SiteLines } from '../api/site-types'
import { look } from '../outcomes'
import { THEME_COLOURS } from '../site/colours'
import { standardColour } from './palette'

/** `role`: site, main, hop (from a main straight to the site), line, near; shown while its card is lit, mains and lines always. */
export interface SiteProps {
  role: 'site' | 'main' | 'hop' | 'line' | 'near'
  key: string
  colour: string
  lit: boolean
}

export function siteFeatures(site: readonly Position[], judged: SiteJudged | null, lines: SiteLines | null, lit: string | null, tiers: readonly string[]): FeatureCollection<Geometry, SiteProps> {
  const features: Feature<Geometry, SiteProps>[] = []
  const put = (role: SiteProps['role'], key: string, colour: string, geometry: Geometry): void => {
    features.push({ type: 'Feature', properties: { role, key, colour, lit: key === lit }, geometry })
  }
  if (!site.length) return { type: 'FeatureCollection', features }
  put('site', 'site', '#134e6b', judged?.site.geometry ?? (site.length === 1 ? { type: 'Point', coordinates: site[0]! } : { type: 'Polygon', coordinates: [[...site, site[0]!]] }))
  for (const one of judged?.mains ?? []) {
    const [key, colour] = [`main-${one.utility}`, standardColour(one.utility)]
    one.mains.forEach((main, i) => { if (i === 0 || key === lit) put('main', key, colour, { type: 'MultiLineString', coordinates: main.line }) })
    const first = one.mains[0]
    if (first && first.distance_m > 0) put('hop', key, colour, { type: 'LineString', coordinates: [first.point, first.site_point] })
  }
  for (const utility of lines?.utilities ?? []) {
    for (const one of utility.lines) put('line', `line-${one.key}`, look(one.outcome, tiers).colour, { type: 'LineString', coordinates: one.line })
  }
  for (const theme of judged?.around ?? []) {
    for (const one of theme.items) if (`near-${one.key}` === lit) put('near', `near-${one.key}`, THEME_COLOURS[theme.theme] ?? '#4a4a4a', ranged(one.shape, one.radius_m))
  }
  judged?.clearances.pipes.forEach((one, i) => { if (`pipe-${i}` === lit) put('near', `pipe-${i}`, standardColour(one.utility ?? 'other'), { type: 'MultiLineString', coordinates: one.line }) })
  return { type: 'FeatureCollection', features }
}

const EARTH_M = 6_371_008.8

/** A point with a range as the circle of that radius; anything else as it is. */
function ranged(shape: Geometry, radius_m: number): Geometry {
  if (shape.type !== 'Point' || radius_m <= 0) return shape
  const [lon, lat] = shape.coordinates as [number, number]
  const up = ((radius_m / EARTH_M) * 180) / Math.PI
  const right = up / Math.cos((lat * Math.PI) / 180)
  const ring = Array.from({ length: 49 }, (_, i) => [lon + right * Math.cos((i * Math.PI) / 24), lat + up * Math.sin((i * Math.PI) / 24)])
  return { type: 'Polygon', coordinates: [ring] }
}
