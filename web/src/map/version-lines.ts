/** Two versions of a proposal, or the line of an owner's sheet, as the map shows them. Pure: what is shown in, GeoJSON out. */
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson'
import type { Compared } from '../api/proposal-types'
import { look } from '../outcomes'

const part = (role: string, colour: string, geometry: Geometry): Feature => ({ type: 'Feature', properties: { role, colour }, geometry })

export function versionLines(now: Compared, tiers: readonly string[]): FeatureCollection {
  const colour = look(now.b.outcome, tiers).colour
  const of = (role: string, geometry: Geometry): Feature => part(role, colour, geometry)
  return { type: 'FeatureCollection', features: [of('old', now.a.geometry), of('new', now.b.geometry), of('removed', now.removed.geometry), of('added', now.added.geometry)] }
}

/** Nobody but the offices is told the verdict: the line has the ink of the page. */
const INK = '#134e6b'

/** The line of a sheet (none where the map shows it already), and a glow under the stretches of the row under the hand. */
export function sheetLines(line: Geometry | null, lit: readonly Position[][]): FeatureCollection {
  const glow = lit.length ? [part('lit', INK, { type: 'MultiLineString', coordinates: [...lit] })] : []
  return { type: 'FeatureCollection', features: line ? [...glow, part('new', INK, line)] : glow }
}
