import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SurveyEvent } from '../api/survey'
import { length_m } from '../util/geo'
import { roomFeatures, standings } from './features'
import { area_m2, circle } from './measure'
import { colourOf, initials } from './people'
import { GONE_MS, paced, Pointers } from './pointers'
import { conclusionsOf, placeOf, rowsOf } from './timeline'
import { shellOf } from './position'

let seq = 0
const event = (kind: string, detail: Record<string, unknown> = {}, participant = 1): SurveyEvent =>
  ({ seq: ++seq, client_id: '', participant, kind, detail, device_at: null, at: `2026-12-01T01:00:${String(seq).padStart(2, '0')}Z` })
beforeEach(() => { seq = 0 })

describe('pointers', () => {
  test('glide from where they are seen to where they are, and are gone after a while', () => {
    const all = new Pointers()
    all.move(1, [0, 0], 0)
    expect(all.at(1, 0)).toEqual([0, 0])
    all.move(1, [10, 20], 1000)
    expect(all.at(1, 1060)).toEqual([5, 10])
    all.move(1, [10, 10], 1060)
    expect(all.at(1, 1060)).toEqual([5, 10])
    expect([all.moving(1179), all.moving(1180)]).toEqual([true, false])
    expect(all.at(1, 1180)).toEqual([10, 10])
    expect(all.at(1, 1060 + GONE_MS)).toEqual([10, 10])
    expect(all.at(1, 1061 + GONE_MS)).toBeNull()
    expect(all.who()).toEqual([])
  })

  describe('paced', () => {
    beforeEach(() => { vi.useFakeTimers() })
    afterEach(() => { vi.useRealTimers() })
    test('the first goes at once, of the rest the last', () => {
      const said: number[] = []
      const say = paced((n: number) => said.push(n), 100)
      for (const n of [1, 2, 3]) say(n)
      expect(said).toEqual([1])
      vi.advanceTimersByTime(100)
      expect(said).toEqual([1, 3])
      vi.advanceTimersByTime(100)
      say(4)
      expect(said).toEqual([1, 3, 4])
    })
  })
})

describe('people', () => {
  test('initials of Chinese, Latin and empty names', () => {
    expect(['示范·示范水务公司', '自然资源和规划局', '管理局'].map(initials)).toEqual(['水务', '规划', '理局'])
    expect(['示范·供水', '李伟', 'Li Wei', 'admin', ''].map(initials)).toEqual(['供水', '李伟', 'LW', 'AD', '?'])
  })
  test('eight colours, then from the beginning', () => {
    expect(new Set(Array.from({ length: 8 }, (_, n) => colourOf(n))).size).toBe(8)
    expect(colourOf(8)).toBe(colourOf(0))
    expect(colourOf(-1)).toBe(colourOf(7))
  })
})

describe('measuring', () => {
  test('a circle keeps its radius and closes', () => {
    const ring = circle([114.35, 34.79], 50)
    expect(ring[0]).toEqual(ring.at(-1))
    for (const one of ring) expect(length_m([[114.35, 34.79], one])).toBeCloseTo(50, 1)
  })
  test('a square of 100 m holds 10,000 m² whichever way it is drawn', () => {
    const [n, e] = [100 / length_m([[114.35, 34.79], [114.35, 34.8]]) * 0.01, 100 / length_m([[114.35, 34.79], [114.36, 34.79]]) * 0.01]
    const corners = [[114.35, 34.79], [114.35 + e, 34.79], [114.35 + e, 34.79 + n], [114.35, 34.79 + n]]
    expect(area_m2(corners)).toBeCloseTo(10_000, -1)
    expect(area_m2([...corners].reverse())).toBeCloseTo(10_000, -1)
  })
})

describe('the journal', () => {
  test('positions of one participant are a row until something happens', () => {
    const rows = rowsOf([event('position'), event('position', {}, 2), event('position'), event('pin'), event('position')])
    expect(rows.map((one) => [one.kind, one.participant, one.count])).toEqual([['position', 1, 2], ['position', 2, 1], ['pin', 1, 1], ['position', 1, 1]])
  })
  test('a place is a point, two numbers, corners, or none', () => {
    expect([{ at: [1, 2] }, { lon: 1, lat: 2 }, { line: [[1, 2], [3, 4]] }, { at: [1, 'x'] }, { at: [180.1, 0] }, { at: [0, 90.1] }, { at: [NaN, 0] }, { at: [-180, 90] }, { line: [[1]] }, {}].map(placeOf)).toEqual([[[1, 2]], [[1, 2]], [[1, 2], [3, 4]], [], [], [], [], [[-180, 90]], [], []])
  })
  test('of two conclusions of a unit the newer stands', () => {
    const all = conclusionsOf([event('conclusion', { unit: 'A', answer: 'feasible' }), event('conclusion', { unit: 'A', answer: 'needs_visit' }), event('conclusion', { answer: 'feasible' })])
    expect([...all].map(([unit, one]) => [unit, one.detail.answer])).toEqual([['A', 'needs_visit']])
  })
})

describe('shapes', () => {
  test('a trail leaves out jumps and far places; an inexact place is shown and no part of it', () => {
    const events = [event('position', { lon: 1, lat: 1, accuracy_m: 5 }), event('position', { lon: 9, lat: 9, accuracy_m: 5, jump: true }), event('position', { lon: 1, lat: 2, accuracy_m: 5 })]
    const stand = standings(events, new Map([[2, { lon: 3, lat: 3, accuracy_m: 900 }]]))
    expect(stand.map((one) => [one.participant, one.at, one.passing])).toEqual([[1, [1, 2], false], [2, [3, 3], true]])
    const shapes = roomFeatures(null, events, stand, () => '#000')
    const trail = shapes.features.filter((one) => one.properties!.role === 'trail')
    expect(trail.map((one) => one.geometry)).toEqual([{ type: 'LineString', coordinates: [[1, 1], [1, 2]] }])
    expect(shapes.features.filter((one) => one.properties!.role === 'round')).toHaveLength(2)
  })
})

test('the cure that is told depends on where the page is open', () => {
  expect(['… MicroMessenger/8.0 iPhone', '… iPhone OS 17', '… Android 14', 'X11; Linux'].map(shellOf)).toEqual(['wechat', 'ios', 'android', 'other'])
})
