/** Two versions of a proposal as the map shows them. Pure: what is compared in, GeoJSON out. */
import type { Feature, FeatureCollection, Geometry } from 'geojson'
import type { Compared } from '../api/proposal-types'
import { look } from '../outcomes'

export function versionLines(now: Compared, tiers: readonly string[]): FeatureCollection {
  const colour = look(now.b.outcome, tiers).colour
  const of = (role: string, geometry: Geometry): Feature => ({ type: 'Feature', properties: { role, colour }, geometry })
  return { type: 'FeatureCollection', features: [of('old', now.a.geometry), of('new', now.b.geometry), of('removed', now.removed.geometry), of('added', now.added.geometry)] }
}
