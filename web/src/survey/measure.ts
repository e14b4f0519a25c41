/** What is drawn together in a room: measured as the hand draws. */
import type { Position } from 'geojson'
import { length_m } from '../util/geo'

/** Corners of a circle of `radius_m` around a place: how exact a position is. */
export function circle(at: Position, radius_m: number, corners = 48): Position[] {
  const [lon, lat] = at as [number, number]
  const east = length_m([[lon - 0.005, lat], [lon + 0.005, lat]]) / 0.01
  const north = length_m([[lon, lat - 0.005], [lon, lat + 0.005]]) / 0.01
  return Array.from({ length: corners + 1 }, (_, i) => {
    const angle = (2 * Math.PI * (i % corners)) / corners
    return [lon + (radius_m / east) * Math.cos(angle), lat + (radius_m / north) * Math.sin(angle)]
  })
}

/** Square metres inside the corners, on the plane that touches the earth at the first of them: good to 0.1 % for a site. */
export function area_m2(corners: readonly Position[]): number {
  const [lon, lat] = corners[0] as [number, number]
  const east = length_m([[lon - 0.005, lat], [lon + 0.005, lat]]) / 0.01
  const north = length_m([[lon, lat - 0.005], [lon, lat + 0.005]]) / 0.01
  const flat = corners.map((one) => [(one[0]! - lon) * east, (one[1]! - lat) * north] as const)
  return Math.abs(flat.reduce((sum, [x, y], i) => {
    const [x2, y2] = flat[(i + 1) % flat.length]!
    return sum + x * y2 - x2 * y
  }, 0)) / 2
}
