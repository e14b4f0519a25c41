import { describe, expect, test } from 'vitest'
import type { Preview } from '../api/dig-types'
import { liveOf } from '../digs/live'
import { match, plan, saved } from '../digs/plan-case'
import { bands, digBadges, workLines, type Choice } from './digs'

const none: Choice = { dig: null, work: null, keep: () => true }
const live = liveOf(plan, null, null)

describe('works and bands on the map', () => {
  test('a band is whole where two works are dug together, pale where not', () => {
    expect(bands(plan, live, none).features.map((f) => [f.properties.match_id, f.properties.joined, f.properties.dig])).toEqual([['ab', true, '7'], ['bc', false, '']])
  })

  test('the band of a dig that failed is pale', () => {
    const failed = { ...plan, digs: [{ ...plan.digs[0]!, state: 'failed' as const }] }
    expect(bands(failed, liveOf(failed, null, null), none).features.map((f) => [f.properties.match_id, f.properties.joined, f.properties.dig])).toEqual([['ab', false, '7'], ['bc', false, '']])
  })

  test('a chosen dig lets the others step back', () => {
    const choice = { ...none, dig: '7', work: 'A' }
    expect(workLines(plan, live, choice).features.map((f) => [f.properties.work_id, f.properties.shown, f.properties.chosen])).toEqual([['A', true, true], ['B', true, false], ['C', false, false], ['D', false, false]])
    expect(bands(plan, live, choice).features.map((f) => f.properties.chosen)).toEqual([true, false])
  })

  test('what a filter holds back is not drawn', () => {
    const choice = { ...none, keep: (id: string) => id !== 'B' }
    expect(workLines(plan, live, choice).features.map((f) => f.properties.work_id)).toEqual(['A', 'C', 'D'])
    expect(bands(plan, live, choice).features).toEqual([])
  })

  test('a move redraws them', () => {
    const preview = {
      revision: 1, works: [], violations: [], savings: saved(0), before: saved(50), digs: [],
      matches: [{ match_id: 'ab', joined: false, days_in_common: 0 }],
    } as Preview
    expect(bands(plan, liveOf(plan, preview, null), none).features.some((f) => f.properties.joined)).toBe(false)
  })

  test('each dig has its number in the middle of its longest band', () => {
    const two = { ...plan, matches: [...plan.matches, match('ab2', 'A', 'B', true, 400)] }
    const badges = digBadges(bands(two, liveOf(two, null, null), none), live).features
    expect(badges.map((f) => f.properties.label)).toEqual(['1'])
    expect(badges[0]!.geometry.coordinates[0]).toBeCloseTo(114 + 200 / 91_000, 4)
  })
})
