import { describe, expect, test } from 'vitest'
import { niceStep, ruler } from './ruler'

const base = { length_m: 312.4, limit_m: 500, sum_m: null, accuracy_m: 0.5 }

describe('the ruler', () => {
  test('reaches beyond the limit when the line is short', () => {
    const r = ruler(base)
    expect(r.end_m).toBeGreaterThan(500)
    expect(r.limit).toBeCloseTo(500 / r.end_m, 9)
    expect(r.length).toBeCloseTo(312.4 / r.end_m, 9)
    expect([r.over, r.atLimit, r.margin_m]).toEqual([false, false, 500 - 312.4])
  })

  test('reaches beyond the line when the line is long', () => {
    const r = ruler({ ...base, length_m: 5000 })
    expect(r.end_m).toBeGreaterThan(5000)
    expect(r.length).toBeLessThan(1)
    expect(r.over).toBe(true)
  })

  test('counts the sum of siblings and shows it only where it is more than the line', () => {
    const r = ruler({ ...base, sum_m: 612 })
    expect(r.sum).toBeCloseTo(612 / r.end_m, 9)
    expect([r.over, r.margin_m]).toEqual([true, -112])
    expect(ruler({ ...base, sum_m: 312.4 }).sum).toBeNull()
  })

  test.each([[499.5, true, false], [499.499, false, false], [500, true, false], [500.001, true, true], [500.5, true, true], [500.501, false, true]])(
    '%s m with ±0.5 m: at the limit %s, over %s', (length_m, atLimit, over) => {
      const r = ruler({ ...base, length_m })
      expect([r.atLimit, r.over]).toEqual([atLimit, over])
    },
  )

  test('the whisker is twice the accuracy, centred on what counts', () => {
    const r = ruler({ ...base, accuracy_m: 10 })
    expect((r.whisker!.to - r.whisker!.from) * r.end_m).toBeCloseTo(20, 6)
    expect(((r.whisker!.to + r.whisker!.from) / 2) * r.end_m).toBeCloseTo(312.4, 6)
    expect(ruler({ ...base, accuracy_m: null }).whisker).toBeNull()
  })

  test.each([[0.5, null], [3, 200], [80, 500], [499, 500], [1234, null], [99_000, 500]])('%s m against %s has 4 to 9 round ticks from 0 to the end', (length_m, limit_m) => {
    const r = ruler({ length_m, limit_m, sum_m: null, accuracy_m: null })
    expect(r.ticks[0]).toBe(0)
    expect(r.ticks.at(-1)).toBeCloseTo(r.end_m, 6)
    expect(r.ticks.length).toBeGreaterThanOrEqual(4)
    expect(r.ticks.length).toBeLessThanOrEqual(9)
  })

  test('without a limit there is no margin', () => expect(ruler({ ...base, limit_m: null }).margin_m).toBeNull())

  test('steps are 1, 2, 2.5 or 5 times a power of ten', () => {
    expect([0.7, 1, 1.2, 2.2, 3, 7, 90].map(niceStep)).toEqual([1, 1, 2, 2.5, 5, 10, 100])
  })
})
