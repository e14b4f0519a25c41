/** The map's picture of an item under review: each row of the table as a numbered stretch. Pure. */
import type { Feature, FeatureCollection, MultiLineString } from 'geojson'
import type { Met } from '../api/review-types'
import type { StretchProps } from './highlights'

/** `stretch` of a feature is the index of its row; rows without a line (a point that is crossed) are left to their badge. */
export function rowLines(rows: readonly Met[], lit: string | null): FeatureCollection<MultiLineString, StretchProps> {
  const features: Feature<MultiLineString, StretchProps>[] = rows.flatMap((row, i) => {
    const isLit = row.key === lit
    // another's work runs along the whole line: it is drawn while the hand is on it
    if (row.coordinates.length < 2 || (row.theme === 'work' && !isLit)) return []
    return [{
      type: 'Feature' as const, properties: { finding: null, stretch: i, number: String(row.n), lit: isLit },
      geometry: { type: 'MultiLineString' as const, coordinates: [row.coordinates] },
    }]
  })
  return { type: 'FeatureCollection', features }
}
