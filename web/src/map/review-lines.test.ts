import { describe, expect, test } from 'vitest'
import type { Met } from '../api/review-types'
import { factsOf, nameOf } from '../review/met-words'
import { rowBadges, rowLines } from './review-lines'

const road: Met = {
  n: 1, key: 'road:R1@0-20', theme: 'road', layer: 'roads', id: 'R1', name: '鹿苑街', kind: 'branch', side: 'left', pavement: 'asphalt', from_m: 0, to_m: 20,
  length_m: 20, area_m2: 16, bored: false, certain: true, lock: 'no', locked_until: null, age_years: 5, rules: [], citation: null,
  coordinates: [[114, 34], [114.1, 34]], bbox: [114, 34, 114.1, 34],
}
const work: Met = { ...road, n: 2, key: 'work:m@0', theme: 'work', id: 'SF002', name: '鹿苑街', party: '示范燃气', kind: 'route', days_in_common: null }
const tones = (row: Met): string[] => factsOf(row).filter((fact) => fact.tone).map((fact) => `${fact.tone}:${fact.text}`)

describe('rows on the map', () => {
  test('bear the numbers of the table, and the index by which the hand finds them', () => {
    const [first, ...rest] = rowLines([road, { ...road, n: 2, key: 'b' }], 'b').features
    expect(first!.properties).toEqual({ finding: null, stretch: 0, number: '1', lit: false })
    expect(rest[0]!.properties).toMatchObject({ stretch: 1, number: '2', lit: true })
  })

  test('works of others are drawn while the hand is on them', () => {
    expect(rowLines([road, work], null).features).toHaveLength(1)
    expect(rowLines([road, work], work.key).features[1]!.properties).toMatchObject({ stretch: 1, lit: true })
  })

  test('every row that lies somewhere bears its number, works of others in their own colour', () => {
    const elsewhere = { ...work, coordinates: [[114, 34.2], [114.1, 34.2]] }
    expect(rowBadges([road, elsewhere], null).features.map(({ properties }) => [properties.number, properties.work ?? false])).toEqual([['1', false], ['2', true]])
    const [both] = rowBadges([road, { ...work, coordinates: [[114, 34], [114.000001, 34]] }, { ...work, n: 3, coordinates: [[114, 34], [114.000001, 34]] }], null).features.slice(1)
    expect(both!.properties).toMatchObject({ number: '2·3', work: true })
  })

  test('a row without a line is not drawn', () => expect(rowLines([{ ...road, coordinates: [[114, 34]] }], null).features).toEqual([]))
})

describe('words of a row', () => {
  test('what is not known is said, and never left out or 0', () => {
    expect(tones({ ...road, age_years: null })).toEqual(['unknown:路面年限不明'])
    expect(tones({ ...road, lock: 'unknown' })).toEqual(['unknown:是否在限制期内不明'])
    expect(tones({ ...road, certain: false })).toEqual(['unknown:是否计入不明'])
    expect(tones(work)).toEqual(['unknown:同期天数不明'])
    expect(tones(road)).toEqual([])
  })

  test('a lock is told with its end; a bored stretch has no trench', () => {
    expect(tones({ ...road, lock: 'yes', locked_until: '2026-12-10' })).toEqual(['warn:限制期至 2026-12-10'])
    const bored = factsOf({ ...road, bored: true, area_m2: 0 }).map((fact) => fact.text)
    expect(bored).toContain('不开挖穿越')
    expect(bored.some((text) => text.includes('沟槽'))).toBe(false)
  })

  test('a work is called by its number and party', () => expect([nameOf(work), nameOf({ ...road, name: null })]).toEqual(['SF002 · 示范燃气', 'R1']))
})
