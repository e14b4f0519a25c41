import { describe, expect, test } from 'vitest'
import type { Plan, Preview } from '../api/dig-types'
import { dayOf } from '../gantt/days'
import { digNumber, listedDigs, liveOf } from './live'
import { dig, plan, saved } from './plan-case'

const moved = (id: string, start: string) => ({ work_id: id, start, end: start, open_days: 5, shift_days: 2, dig_id: null, role: 'joins', order: 1, provisional: false, moved: true })
const preview: Preview = {
  revision: 1, works: [moved('B', '2026-12-21')], matches: [{ match_id: 'ab', joined: false, days_in_common: 0 }, { match_id: 'bc', joined: true, days_in_common: 5 }],
  digs: [{ dig_id: 'dig-1', dig: null, start: '2026-12-21', end: '2026-12-25', works: ['C', 'B'], lead: 'C', road_names: ['东京大道'], savings: saved(80) }],
  savings: saved(80), before: saved(50), violations: [{ rule: 'window', work_id: 'B', other: null, text: '…' }],
}

describe('the plan as it is now', () => {
  test('is what was kept, where nothing moves', () => {
    const live = liveOf(plan, null, null)
    expect(live.digs.map((d) => d.key)).toEqual(['7'])
    expect(['A', 'B', 'C', 'D'].map((id) => live.works.get(id)!.dig)).toEqual(['7', '7', null, null])
    expect(live.works.get('D')!.span).toBeNull()
    expect(live.before).toBeNull()
    expect(live.unjoined).toBe(plan.unjoined)
    expect([live.joined.get('ab'), live.joined.get('bc')]).toEqual([true, false])
    expect(live.works.get('C')!.violations.map((v) => v.rule)).toEqual(['closure'])
  })

  test('follows the preview: bars, digs, matches, savings, violations', () => {
    const live = liveOf(plan, preview, null)
    expect(live.works.get('B')!.span).toEqual({ start: dayOf('2026-12-21'), end: dayOf('2026-12-21') })
    expect(['A', 'B', 'C'].map((id) => live.works.get(id)!.dig)).toEqual([null, 'new:B C', 'new:B C'])
    expect([live.joined.get('ab'), live.joined.get('bc'), live.common.get('bc')]).toEqual([false, true, 5])
    expect(live.unjoined.map((row) => [row.match_id, row.binding, row.text])).toEqual([['ab', 'by_hand', null]])
    expect([live.savings.metres, live.before!.metres]).toEqual([80, 50])
    expect([live.works.get('B')!.violations.length, live.works.get('C')!.violations.length]).toEqual([1, 0])
  })

  test('has the bar where the hand holds it, whatever was answered before', () => {
    const span = { start: 20_000, end: 20_004 }
    expect(liveOf(plan, preview, { work: 'B', span }).works.get('B')!.span).toEqual(span)
    expect(liveOf(plan, null, { work: 'nobody', span }).works.size).toBe(4)
  })

  test('leaves the plan itself as it was', () => {
    liveOf(plan, preview, { work: 'A', span: { start: 0, end: 1 } })
    expect(liveOf(plan, null, null).works.get('A')!.span!.start).toBe(dayOf('2026-12-07'))
  })
})

describe('the list of digs', () => {
  const many = liveOf({ ...plan, digs: [dig(1, 'dig-1', ['A', 'B'], saved(10, 9)), dig(2, 'dig-2', ['C', 'D'], saved(90, 1), { road_names: ['解放路'], state: 'agreed', start: '2026-12-01' }), dig(3, 'dig-10', ['B', 'C'], saved(40, 4))] } as Plan, null, null)
  const keys = (filter: object): string[] => listedDigs(many, { road: '', party: '', state: '', sort: '', ...filter }).map((d) => d.key)

  test('has the one that saves most first', () => expect(keys({})).toEqual(['2', '3', '1']))
  test('can be sorted', () => {
    expect(keys({ sort: 'days' })).toEqual(['1', '3', '2'])
    expect(keys({ sort: 'start' })).toEqual(['2', '1', '3'])
  })
  test('has those that failed last, and a failed one that is moved among the others', () => {
    const one = { ...plan, digs: [dig(1, 'dig-1', ['A', 'B'], saved(900), { state: 'failed' }), dig(2, 'dig-2', ['C', 'D'], saved(10))] } as Plan
    const all = { road: '', party: '', state: '', sort: '' }
    expect(listedDigs(liveOf(one, null, null), all).map((d) => d.key)).toEqual(['2', '1'])
    const again = { dig_id: 'dig-1', dig: 1, start: '2026-12-07', end: '2026-12-12', works: ['A', 'B'], lead: 'A', road_names: [], savings: saved(900) }
    expect(listedDigs(liveOf(one, { ...preview, digs: [again] }, null), all).map((d) => d.state)).toEqual(['proposed'])
    expect(listedDigs(liveOf(one, { ...preview, digs: [{ ...again, end: '2026-12-11' }] }, null), all).map((d) => d.state)).toEqual(['failed'])
  })
  test('can be filtered by road, party and state', () => {
    expect(keys({ road: '解放路' })).toEqual(['2'])
    expect(keys({ party: '乙' })).toEqual(['3', '1'])
    expect(keys({ state: 'agreed' })).toEqual(['2'])
    expect(keys({ state: 'agreed', party: '甲' })).toEqual([])
  })
  test('numbers digs as the plan does', () => expect(['dig-12', 'x'].map(digNumber)).toEqual(['12', 'x']))
})
