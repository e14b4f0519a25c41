/** The map's picture of an item under review: each row of the table as a numbered stretch. Pure. */
import type { Feature, FeatureCollection, MultiLineString, Point } from 'geojson'
import type { Met } from '../api/review-types'
import { badgePoints, type StretchProps } from './highlights'

const isWork = (row: Met): boolean => row.theme === 'work'

/** `stretch` of a feature is the index of its row. */
export function rowLines(rows: readonly Met[], lit: string | null): FeatureCollection<MultiLineString, StretchProps> {
  const all = everyRow(rows, lit)
  // another's work runs along the whole line: it is drawn while the hand is on it
  return { ...all, features: all.features.filter(({ properties: { stretch, lit: isLit } }) => isLit || !isWork(rows[stretch]!)) }
}

/** The numbers of the table: of every row that lies somewhere, drawn or not. */
export const rowBadges = (rows: readonly Met[], lit: string | null): FeatureCollection<Point, StretchProps> => badgePoints(everyRow(rows, lit))

function everyRow(rows: readonly Met[], lit: string | null): FeatureCollection<MultiLineString, StretchProps> {
  const features: Feature<MultiLineString, StretchProps>[] = rows.flatMap((row, i) => (row.coordinates.length < 2 ? [] : [{
    type: 'Feature' as const, properties: { finding: null, stretch: i, number: String(row.n), lit: row.key === lit, ...(isWork(row) && { work: true }) },
    geometry: { type: 'MultiLineString' as const, coordinates: [row.coordinates] },
  }]))
  return { type: 'FeatureCollection', features }
}
