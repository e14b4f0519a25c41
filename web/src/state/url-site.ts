/** A site in the address: one point, or the corners of a polygon. */
import type { Position } from 'geojson'

/** Decimals of a degree: a centimetre. */
const DIGITS = 7

export const writePoints = (points: readonly Position[]): string =>
  points.map(([lon, lat]) => `${Number(lon!.toFixed(DIGITS))}_${Number(lat!.toFixed(DIGITS))}`).join('~')

/** Empty where the text is no site. */
export function readPoints(text: string | null): Position[] {
  const points = (text ?? '').split('~').map((pair) => pair.split('_').map(Number))
  const good = points.length !== 2 && points.length <= 200 && points.every((p) => p.length === 2 && p.every(Number.isFinite) && Math.abs(p[0]!) <= 180 && Math.abs(p[1]!) <= 90)
  return text && good ? points : []
}
