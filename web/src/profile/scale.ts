/** Numbers of the strip: axes, runs of known ground, and which pixel is which metre. Pure. */
import type { Station } from '../api/places'

/** Round steps (1, 2, 5 × 10ⁿ) that cut `span` into at most `most` parts. */
export function roundStep(span: number, most: number): number {
  const raw = span / Math.max(1, most)
  const power = 10 ** Math.floor(Math.log10(raw))
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= raw * (1 - 1e-9))!
}

/** From–to of the axis of heights and its ticks: never less than 2 m, so that a plain does not look like a range of hills. */
export function heightAxis(lowest: number, highest: number, most = 4): { low: number; high: number; ticks: number[] } {
  const middle = (lowest + highest) / 2
  const half = Math.max(1, (highest - lowest) / 2) * 1.08
  const step = roundStep(2 * half, most)
  const low = Math.floor((middle - half) / step + 1e-9) * step
  const high = Math.ceil((middle + half) / step - 1e-9) * step
  return { low, high, ticks: Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => Number((low + i * step).toFixed(6))) }
}

/** Metres along the line to be written below, its beginning among them; the end is written by itself. */
export function lengthTicks(length_m: number, most: number): number[] {
  const step = roundStep(length_m, most)
  return Array.from({ length: Math.floor(length_m / step + 1e-9) + 1 }, (_, i) => i * step).filter((at) => at === 0 || length_m - at > step * 0.45)
}

/** Runs of neighbours whose heights are known, part by part; a lone one is a run of one. */
export function runs(points: readonly Station[]): Station[][] {
  const out: Station[][] = []
  points.forEach((point, i) => {
    if (point.height_m === null) return
    const before = points[i - 1]
    if (before && before.height_m !== null && before.part === point.part) out[out.length - 1]!.push(point)
    else out.push([point])
  })
  return out
}

/** The station nearest to a measure. */
export function nearest(points: readonly Station[], at_m: number): number {
  let best = 0
  points.forEach((point, i) => { if (Math.abs(point.at_m - at_m) < Math.abs(points[best]!.at_m - at_m)) best = i })
  return best
}
