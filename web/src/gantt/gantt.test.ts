import { describe, expect, test } from 'vitest'
import { dayOf, isoOf, isWeekend, monthStart, partsOf, today, weekday } from './days'
import { apart, keyDays, lastDay, moved, pullAtEdge, pulled, within, workday } from './drag'
import { heightOf, inSight, neighbour, ROAD_PX, ROW_PX, rowsOf, type RowWork } from './rows'
import { dayAt, fitted, LEAST_PX, MOST_PX, roomy, ticks, unitsAt, widthOf, xOf, zoomed, type Scale } from './scale'

const day = (iso: string): number => dayOf(iso)!

describe('days', () => {
  test('are numbered from 1970 and come back', () => {
    expect(dayOf('1970-01-01')).toBe(0)
    expect(isoOf(day('2026-12-01'))).toBe('2026-12-01')
    expect(day('2026-03-01') - day('2026-02-01')).toBe(28)
    expect(dayOf('2028-02-29T23:59:00+08:00')).toBe(day('2028-02-29'))
  })
  test.each(['', '2026-02-31', '1.12.2026', '2026-12', null, undefined])('%s is no day', (text) => expect(dayOf(text)).toBeNull())
  test('know their place in week and month', () => {
    expect(weekday(day('2026-11-22'))).toBe(6)
    expect([day('2026-11-20'), day('2026-11-21')].map(isWeekend)).toEqual([false, true])
    expect(weekday(-4)).toBe(6)
    expect(partsOf(day('2026-12-31'))).toEqual({ year: 2026, month: 12, date: 31 })
    expect(isoOf(monthStart(day('2026-12-31'), 2))).toBe('2027-02-01')
    expect(isoOf(monthStart(day('2026-03-31'), -1))).toBe('2026-02-01')
  })
  test('today is the day of the wall clock', () => expect(isoOf(today(new Date(2026, 10, 22, 23, 30)))).toBe('2026-11-22'))
})

describe('the scale', () => {
  const scale: Scale = { from: day('2026-11-01'), to: day('2026-12-31'), px: 10 }
  test('takes days to places and back', () => {
    expect(xOf(scale, day('2026-11-03'))).toBe(20)
    expect(isoOf(dayAt(scale, 29.9))).toBe('2026-11-03')
    expect(widthOf(scale)).toBe(610)
  })
  test('fits all days, within its limits', () => {
    expect(fitted(0, 99, 500).px).toBe(5)
    expect(fitted(0, 99_999, 500).px).toBe(LEAST_PX)
    expect(fitted(0, 0, 500).px).toBe(MOST_PX)
  })
  test('keeps the day under the hand when it zooms', () => {
    const [left, x] = [240, 100]
    const before = (left + x) / scale.px
    for (const factor of [1.25, 0.8, 2]) {
      const after = zoomed(scale, factor, left, x)
      expect((after.left + x) / after.scale.px).toBeCloseTo(before, 9)
    }
    expect(zoomed(scale, 0.01, 0, 0).scale.px).toBe(LEAST_PX)
    expect(zoomed(scale, 0.9, 0, 400).left).toBe(0)
  })
  test('has room for a month on either side', () => {
    const room = roomy(day('2026-11-12'), day('2027-01-03'))
    expect([isoOf(room.from), isoOf(room.to)]).toEqual(['2026-10-01', '2027-02-28'])
  })
  test('shows finer units the more room a day has', () => {
    expect([30, 10, 2, 0.6].map((px) => unitsAt(px)[1])).toEqual(['day', 'week', 'month', 'quarter'])
  })
  test.each([
    ['month', ['2026-11-01', '2026-12-01']], ['week', ['2026-11-09', '2026-11-16', '2026-11-23', '2026-11-30']],
    ['quarter', ['2026-10-01']], ['year', ['2026-01-01']],
  ] as const)('marks every %s that it touches', (unit, firsts) => {
    const found = ticks(unit, day('2026-11-12'), day('2026-12-01'))
    expect(found.map((tick) => isoOf(tick.day))).toEqual(firsts)
    for (let k = 1; k < found.length; k++) expect(found[k]!.day).toBe(found[k - 1]!.day + found[k - 1]!.days)
  })
})

describe('a bar in the hand', () => {
  const soft = { start: day('2026-11-23'), end: day('2026-11-27'), firm: false, open_days: 5 }
  test('moves by whole days', () => {
    expect([4, 5.1, -4.9, -16, 0].map((dx) => pulled(dx, 10))).toEqual([0, 1, 0, -2, 0])
    expect(Object.is(pulled(-1, 10), 0)).toBe(true)
  })
  test('begins on a working day and keeps its working days', () => {
    expect(moved(soft, 1, isWeekend)).toEqual({ start: day('2026-11-24'), end: day('2026-11-30') })
    expect(moved(soft, 5, isWeekend)).toEqual({ start: day('2026-11-30'), end: day('2026-12-04') })
    expect(moved(soft, -1, isWeekend)).toEqual({ start: day('2026-11-20'), end: day('2026-11-26') })
    expect(moved(soft, 0, isWeekend)).toEqual({ start: soft.start, end: soft.end })
  })
  test('keeps its very days where they are firm', () => {
    expect(moved({ ...soft, firm: true }, 5, isWeekend)).toEqual({ start: day('2026-11-28'), end: day('2026-12-02') })
    expect(moved({ ...soft, open_days: null }, 2, isWeekend)).toEqual({ start: day('2026-11-25'), end: day('2026-11-29') })
  })
  test('never hangs on a calendar without working days', () => {
    expect(workday(100, () => true)).toBe(100)
    expect(lastDay(100, 3, () => true)).toBeLessThan(1000)
    expect(lastDay(day('2026-11-28'), 1, isWeekend)).toBe(day('2026-11-30'))
  })
  test('is moved by arrows, with shift by a week', () => {
    expect(keyDays('ArrowRight', false)).toBe(1)
    expect(keyDays('ArrowLeft', true)).toBe(-7)
    expect(keyDays('ArrowUp', false)).toBeNull()
  })
  test('joins another that it lies in', () => {
    const [wide, inner, late] = [{ start: 10, end: 20 }, { start: 10, end: 15 }, { start: 18, end: 25 }]
    expect([within(wide, inner), within(inner, wide), within(wide, late)]).toEqual([true, true, false])
    expect([apart(wide, late), apart(inner, late), apart(late, inner)]).toEqual([0, 2, 2])
  })
  test('pulls the window along at its edges', () => {
    expect(pullAtEdge(300, 600)).toBe(0)
    expect(pullAtEdge(8, 600)).toBeLessThan(0)
    expect(pullAtEdge(598, 600)).toBeGreaterThan(0)
  })
})

describe('rows', () => {
  const works: RowWork[] = [
    { id: 'W4', road: null, dig: null, first: 1 }, { id: 'W1', road: '解放路', dig: 'dig-1', first: 30 }, { id: 'W2', road: '解放路', dig: null, first: 20 },
    { id: 'W3', road: '解放路', dig: 'dig-1', first: 10 }, { id: 'W5', road: '中山路', dig: null, first: null }, { id: 'W6', road: '大梁路', dig: null, first: 5 },
  ]
  test('go by road, then dig, then day; off the road comes last', () => {
    expect(rowsOf(works).map((row) => (row.kind === 'road' ? row.road : row.id))).toEqual(['大梁路', 'W6', '解放路', 'W3', 'W1', 'W2', '中山路', 'W5', null, 'W4'])
  })
  test('follow each other without a gap', () => {
    const rows = rowsOf(works)
    rows.reduce((top, row) => { expect(row.top).toBe(top); return top + row.height }, 0)
    expect(heightOf(rows)).toBe(4 * ROAD_PX + 6 * ROW_PX)
    expect(heightOf([])).toBe(0)
  })
  test('of a folded road are left out', () => {
    const rows = rowsOf(works, new Set(['road:解放路']))
    expect(rows.filter((row) => row.road === '解放路').map((row) => row.kind)).toEqual(['road'])
    expect(rows.find((row) => row.kind === 'road' && row.road === '解放路')).toMatchObject({ works: 3, folded: true })
  })
  test('in sight are those that meet the window', () => {
    const many = rowsOf(Array.from({ length: 200 }, (_, k) => ({ id: `W${k}`, road: `R${k % 40}`, dig: null, first: k })))
    for (const top of [0, 777, 5000, 90_000]) {
      const seen = inSight(many, top, 300)
      expect(seen).toEqual(many.filter((row) => row.top < top + 300 && row.top + row.height > top))
    }
  })
  test('lead from one work to the next, over roads', () => {
    const rows = rowsOf(works)
    expect(neighbour(rows, 'W6', 1)).toBe('W3')
    expect(neighbour(rows, 'W6', -1)).toBeNull()
    expect(neighbour(rows, null, 1)).toBe('W6')
    expect(neighbour(rows, null, -1)).toBe('W4')
  })
})
