import { describe, expect, test } from 'vitest'
import type { Station } from '../api/places'
import { looksPasted } from '../util/pasted'
import { heightAxis, lengthTicks, nearest, roundStep, runs } from './scale'

const at = (at_m: number, height_m: number | null, part = 0): Station => ({ at_m, height_m, part, lon: 0, lat: 0, slope_pct: null })

describe('axes of the profile', () => {
  test('steps are round', () => {
    expect([roundStep(2, 4), roundStep(2.1, 4), roundStep(300, 4), roundStep(1000, 5)]).toEqual([0.5, 1, 100, 200])
  })
  test('a plain stays a plain: two metres at least', () => {
    const axis = heightAxis(72, 72.1)
    expect(axis.high - axis.low).toBeGreaterThanOrEqual(2)
    expect(axis.ticks[0]).toBe(axis.low)
    expect(axis.ticks.at(-1)).toBe(axis.high)
    const hills = heightAxis(40, 90)
    expect(hills.low).toBeLessThanOrEqual(40)
    expect(hills.high).toBeGreaterThanOrEqual(90)
  })
  test('no tick stands on the end of the line', () => {
    expect(lengthTicks(312, 5)).toEqual([0, 100, 200])
    expect(lengthTicks(290, 5)).toEqual([0, 100, 200])
    expect(lengthTicks(1000, 5)).toEqual([0, 200, 400, 600, 800])
  })
})

describe('the ground', () => {
  const points = [at(0, 70), at(10, 71), at(20, null), at(30, 72), at(40, 72, 1)]
  test('a hole ends a run, and so does a part', () => {
    expect(runs(points).map((run) => run.map((p) => p.at_m))).toEqual([[0, 10], [30], [40]])
    expect(runs([at(0, null)])).toEqual([])
  })
  test('the nearest station', () => {
    expect([nearest(points, -5), nearest(points, 14), nearest(points, 99)]).toEqual([0, 1, 4])
  })
})

describe('what is a location', () => {
  test('links and coordinates are, words and numbers of lines are not', () => {
    for (const text of ['https://uri.amap.com/marker?position=1,2', 'uri.amap.com/marker?position=1,2', 'geo:34.8,114.3', '114.3074, 34.797', '34.797 114.3074',
      '528131.158 3852115.407', '东经114°18′26.64″ 北纬34°47′49.2″', 'N34.797 E114.3074', '528131 3852115']) expect(looksPasted(text), text).toBe(true)
    for (const text of ['大梁路', 'D-0012', '2026', 'W 12 3', '第3号 12.5', '12, 13', '114.3']) expect(looksPasted(text), text).toBe(false)
  })
})
