/** Papers, scales and what follows from them. Pure: millimetres in, zoom and bars out. */
import type { Box } from '../api/types'

export type Paper = 'a4' | 'a3'
export type Way = 'landscape' | 'portrait'
export const PAPERS: readonly Paper[] = ['a4', 'a3']
export const WAYS: readonly Way[] = ['landscape', 'portrait']
export const SCALES = [200, 500, 1000, 2000, 5000, 10_000, 25_000, 50_000, 100_000] as const

const LONG_MM: Record<Paper, number> = { a4: 297, a3: 420 }
const SHORT_MM: Record<Paper, number> = { a4: 210, a3: 297 }
export const MARGIN_MM = 10
/** What title and foot take of the height, and the column at the side of the width. */
export const HEAD_MM = 14
export const FOOT_MM = 12
export const SIDE_MM = 66
/** On a page that stands, what the column is told lies below the map. */
export const BELOW_MM = 62

export interface Size { width: number; height: number }

export const paperSize = (paper: Paper, way: Way): Size =>
  way === 'landscape' ? { width: LONG_MM[paper], height: SHORT_MM[paper] } : { width: SHORT_MM[paper], height: LONG_MM[paper] }

/** The map's own room on the paper, mm. */
export function mapSize(paper: Paper, way: Way): Size {
  const { width, height } = paperSize(paper, way)
  const inner = { width: width - 2 * MARGIN_MM, height: height - 2 * MARGIN_MM - HEAD_MM - FOOT_MM }
  return way === 'landscape' ? { width: inner.width - SIDE_MM, height: inner.height } : { width: inner.width, height: inner.height - BELOW_MM }
}

const PX_MM = 96 / 25.4
export const px = (mm: number): number => Math.round(mm * PX_MM)

const A = 6378137 // CGCS2000 semi-major axis, m
const E2 = 0.00669438002290
const TILE = 512
const RAD = Math.PI / 180

/** Metres on the ground that a CSS pixel of the map is at zoom 0: the mean of both ways on the ellipsoid at this latitude.
 *
 * Web Mercator takes the ellipsoid's latitudes for a sphere's, so that north–south and east–west differ by some 0.4 %. */
export function groundAtZero_m(lat: number): number {
  const w2 = 1 - E2 * Math.sin(lat * RAD) ** 2
  const east = (A / Math.sqrt(w2)) * Math.cos(lat * RAD)
  const north = ((A * (1 - E2)) / w2 ** 1.5) * Math.cos(lat * RAD)
  return (2 * Math.PI * Math.sqrt(east * north)) / TILE
}

/** The zoom at which a map of the scale 1:`scale` is drawn. */
export const zoomOf = (scale: number, lat: number): number => Math.log2(groundAtZero_m(lat) / (scale / PX_MM / 1000))

/** The largest scale at which a box has its place on the map, with some air around. */
export function scaleFor([west, south, east, north]: Box, size: Size): number {
  const lat = (south + north) / 2
  const perDegree = (groundAtZero_m(lat) * TILE) / 360
  const need = Math.max(((east - west) * perDegree) / size.width, ((north - south) * (perDegree / Math.cos(lat * RAD))) / size.height) * 1000 * 1.15
  return SCALES.find((scale) => scale >= need) ?? SCALES[SCALES.length - 1]!
}

/** A bar of a round length that is 25–60 mm long: metres, and mm on the paper. */
export function bar(scale: number): { metres: number; mm: number } {
  const most = (scale * 60) / 1000
  const power = 10 ** Math.floor(Math.log10(most))
  const metres = [5, 2, 1].map((step) => step * power).find((length) => length <= most)!
  return { metres, mm: (metres / scale) * 1000 }
}
