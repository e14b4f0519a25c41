/** The map's pictures of a verdict: chosen line, stretches, badges. Pure: subject in, GeoJSON out. */
import type { Feature, FeatureCollection, LineString, MultiLineString, Point, Position } from 'geojson'
import type { RouteFeature, Stretch } from '../api/types'
import type { Groups } from '../card/findings'
import { look } from '../outcomes'
import type { Lit } from '../state/store'
import { along, boxOf, cut, length_m, linesOf } from '../util/geo'
import type { Box } from '../api/types'

export interface StretchProps {
  finding: number | null
  stretch: number
  number: string
  lit: boolean
  /** Another's work: its badge is pink, as in the table. */
  work?: boolean
}
type Collection<G extends LineString | MultiLineString | Point, P> = FeatureCollection<G, P>

/** Where a stretch lies: the server's own coordinates, else cut from the line by its measures. */
export function pathOf(stretch: Stretch, route: RouteFeature, planar_m: number | null): Position[][] {
  const own = stretch.coordinates
  if (own?.length) return Array.isArray(own[0]?.[0]) ? (own as Position[][]) : [own as Position[]]
  if (!route.geometry || !/LineString/.test(route.geometry.type)) return []
  const lines = linesOf(route.geometry)
  const here = lines.reduce((sum, line) => sum + length_m(line), 0)
  const scale = planar_m ? here / planar_m : 1
  return cut(lines, stretch.from_m * scale, stretch.to_m * scale)
}

export function chosenLine(route: RouteFeature, outcome: string, tiers: readonly string[]): FeatureCollection {
  const style = look(outcome, tiers)
  return { type: 'FeatureCollection', features: [{ ...route, properties: { colour: style.colour, stroke: style.stroke } }] }
}

/** Deciding stretches always; others only while lit. */
export function stretchLines(
  route: RouteFeature, groups: Groups, pieces: readonly Stretch[], lit: Lit | null, planar_m: number | null,
): Collection<MultiLineString, StretchProps> {
  const features: Feature<MultiLineString, StretchProps>[] = []
  const put = (stretch: Stretch, props: StretchProps): void => {
    const path = pathOf(stretch, route, planar_m).filter((line) => line.length > 1)
    if (path.length) features.push({ type: 'Feature', properties: props, geometry: { type: 'MultiLineString', coordinates: path } })
  }
  for (const { finding, index, number } of [...groups.deciding, ...groups.warning, ...groups.unknown, ...groups.rest]) {
    const isLit = lit?.finding === index
    if (!isLit && number === null) continue
    finding.stretches?.forEach((stretch, i) => {
      const mine = isLit && (lit.stretch === null || lit.stretch === i)
      put(stretch, { finding: index, stretch: i, number: number === null ? '' : String(number), lit: mine })
    })
  }
  const piece = lit?.piece !== null && lit?.piece !== undefined ? pieces[lit.piece] : undefined
  if (piece) put(piece, { finding: null, stretch: lit!.piece!, number: '', lit: true })
  return { type: 'FeatureCollection', features }
}

/** Where a badge may sit along its stretch: the middle first, then aside when the middle is taken. */
const SEATS = [0.5, 0.32, 0.68, 0.18, 0.82, 0.41, 0.59, 0.25, 0.75, 0.1, 0.9]

/** One badge for each numbered stretch, apart from each other; those that cannot be are one badge with both numbers. */
export function badgePoints(lines: Collection<MultiLineString, StretchProps>): Collection<Point, StretchProps> {
  const numbered = lines.features.filter((f) => f.properties.number)
  const features: Feature<Point, StretchProps>[] = []
  const apart_m = Math.max(2, ...numbered.map((f) => length_m(longest(f.geometry.coordinates)))) * 0.09
  const near = (a: Position): Feature<Point, StretchProps> | undefined => features.find((f) => length_m([a, f.geometry.coordinates]) < apart_m)
  for (const f of numbered) {
    const line = longest(f.geometry.coordinates)
    const seats = SEATS.map((share) => along(line, share))
    const seat = seats.find((p) => !near(p))
    const shared = seat ? undefined : near(seats[0]!)
    if (!shared) features.push({ type: 'Feature', properties: { ...f.properties }, geometry: { type: 'Point', coordinates: seat ?? seats[0]! } })
    else shared.properties = joined(shared.properties, f.properties)
  }
  return { type: 'FeatureCollection', features }
}

const longest = (lines: Position[][]): Position[] => lines.reduce((a, b) => (length_m(b) > length_m(a) ? b : a))

function joined(a: StretchProps, b: StretchProps): StretchProps {
  const first = b.lit && !a.lit ? b : a
  const number = a.number.split('·').includes(b.number) ? a.number : `${a.number}·${b.number}`
  const { work: _, ...rest } = first
  return { ...rest, number, lit: a.lit || b.lit, ...(a.work && b.work && { work: true }) }
}

/** The box of some stretches, for zooming to them. */
export function boxOfStretches(stretches: readonly Stretch[], route: RouteFeature, planar_m: number | null): Box | null {
  return boxOf(stretches.flatMap((s) => pathOf(s, route, planar_m)))
}
