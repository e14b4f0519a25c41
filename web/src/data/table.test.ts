import { describe, expect, test } from 'vitest'
import { fromAddress, toQuery } from '../state/url'
import { csvOf, dayBefore, differences, next, sorted, type Column } from './table'

interface Row { name: string; n: number | null }
const columns: Column<Row>[] = [
  { key: 'name', label: '名称', text: (row) => row.name },
  { key: 'n', label: '数', text: (row) => String(row.n ?? ''), by: (row) => row.n, num: true },
]
const rows: Row[] = [{ name: '乙', n: 10 }, { name: '甲', n: 9 }, { name: 'a"b', n: null }]

describe('tables', () => {
  test('numbers sort as numbers, blanks last both ways', () => {
    expect(sorted(rows, columns, { key: 'n', down: false }).map((r) => r.n)).toEqual([9, 10, null])
    expect(sorted(rows, columns, { key: 'n', down: true }).map((r) => r.n)).toEqual([10, 9, null])
    expect(sorted(rows, columns, null)).toEqual(rows)
  })
  test('a head is clicked up, down, and away', () => {
    const up = next(null, 'n')
    expect([up, next(up, 'n'), next(next(up, 'n'), 'n')]).toEqual([{ key: 'n', down: false }, { key: 'n', down: true }, null])
  })
  test('CSV quotes what needs it and defuses formulas', () => {
    expect(csvOf([{ name: 'a"b,c', n: -1 }, { name: '=1+1', n: 2 }], columns)).toBe('\ufeff名称,数\r\n"a""b,c",-1\r\n\'=1+1,2\r\n')
  })
  test('the audit tells what changed and nothing else', () => {
    expect(differences({ a: 1, b: [1], c: 'x' }, { a: 1, b: [2], d: null })).toEqual([
      { name: 'b', before: '[1]', after: '[2]' }, { name: 'c', before: 'x', after: null },
    ])
    expect(differences(null, { login: 'li' })).toEqual([{ name: 'login', before: null, after: 'li' }])
  })
  test('days go back over months', () => { expect(dayBefore(1, new Date(2026, 2, 1))).toBe('2026-02-28') })
})

describe('the address of the data pages', () => {
  test('comes back as it went', () => {
    const place = fromAddress('/data', '?tab=audit&who=li&since=2026-01-02')
    expect([place.room, place.data.tab, place.data.who, place.data.since]).toEqual(['data', 'audit', 'li', '2026-01-02'])
    expect(toQuery(place)).toBe('?tab=audit&who=li&since=2026-01-02')
  })
  test('what is not known is left at its default', () => {
    expect(fromAddress('/data', '?tab=moon&view=x').data).toMatchObject({ tab: 'layers', view: 'quality', item: null })
    expect(toQuery(fromAddress('/data', ''))).toBe('')
  })
})
