import { describe, expect, test } from 'vitest'
import type { Plan } from '../api/dig-types'
import { dayOf } from '../gantt/days'
import { ganttRows, ganttWorks, movable, ranges, workFilter } from './gantt-works'
import { liveOf } from './live'
import { plan, work } from './plan-case'

const day = (iso: string): number => dayOf(iso)!
const firm = { start: '2026-12-03', end: '2026-12-09', firm: true, shift_days: null, duration_days: null, ready: null, owed: [] }
const more = {
  ...plan, works: [...plan.works, work('P', null, '2026-12-03', null, { kind: 'paving', window: firm, project: '铺装' }), work('F', '己', '2026-12-03', null, { window: firm, roads: [] })],
} as Plan
const works = ganttWorks(more, liveOf(more, null, null), null, (kind) => `[${kind}]`)

describe('bars', () => {
  test('carry window, shift, opening and dig', () => {
    expect(works.get('A')).toMatchObject({ window: { start: day('2026-12-01'), end: day('2026-12-31') }, shift: 3, span: { start: day('2026-12-07') }, dig: { key: '7', name: '1', end: day('2026-12-11') }, movable: true, from: null })
    expect(works.get('D')).toMatchObject({ span: null, movable: false })
  })
  test('of firm works and pavings stay where they are', () => {
    const live = liveOf(more, null, null)
    expect(['F', 'P', 'D', 'A'].map((id) => movable(live.works.get(id)!))).toEqual([false, false, false, true])
    expect(works.get('P')).toMatchObject({ paves: true, party: '铺装' })
  })
  test('in the hand remember where they stand', () => {
    const held = ganttWorks(more, liveOf(more, null, { work: 'A', span: { start: 1, end: 2 } }), 'A', (kind) => `[${kind}]`).get('A')!
    expect([held.span, held.from]).toEqual([{ start: 1, end: 2 }, { start: day('2026-12-07'), end: day('2026-12-07') }])
  })
  test('show closures; one without a first or last day reaches far', () => {
    const closed = work('Z', null, null, null, { closures: [{ name: null, kind: 'closure', start: '2026-12-05', end: null }, { name: '节', kind: 'festival', start: '2026-12-24', end: '2026-12-26' }, { name: 'x', kind: 'closure', start: null, end: null }] })
    const one = { ...plan, works: [closed] } as Plan
    const shown = ganttWorks(one, liveOf({ ...one, digs: [], violations: [] } as unknown as Plan, null, null), null, (kind) => `[${kind}]`).get('Z')!.closures
    expect(shown.map((c) => c.name)).toEqual(['[closure]', '节'])
    expect(shown[0]!.end - shown[0]!.start).toBeGreaterThan(365)
  })
})

describe('rows', () => {
  test('follow what is kept, whatever is in the hand', () => {
    expect(ganttRows(more, () => true).find((row) => row.id === 'A')).toEqual({ id: 'A', road: '东京大道', dig: 'dig-1', first: day('2026-12-07') })
    expect(ganttRows(more, () => true).find((row) => row.id === 'F')!.road).toBeNull()
  })
  test('of a party are its own and those that share a stretch with them', () => {
    const ids = (road: string, party: string): string[] => more.works.filter(workFilter(more, road, party)).map((w) => w.work_id)
    expect(ids('', '甲')).toEqual(['A', 'B'])
    expect(ids('', '丙')).toEqual(['B', 'C'])
    expect(ids('无此路', '')).toEqual([])
    expect(ids('东京大道', '')).toEqual(['A', 'B', 'C', 'D', 'P'])
  })
  test('open on the days of the digs, and reach over all windows and today', () => {
    const { whole, focus } = ranges(more, day('2026-11-22'))
    expect(whole).toEqual({ from: day('2026-11-22'), to: day('2026-12-31') })
    expect(focus.from).toBe(day('2026-11-27'))
    expect(focus.to - focus.from).toBeGreaterThanOrEqual(45)
    expect(ranges({ ...plan, works: [], digs: [] } as unknown as Plan, 100).whole).toEqual({ from: 100, to: 160 })
  })
})
