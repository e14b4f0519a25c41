import { expect, test } from 'vitest'
import type { ClauseItem, Pair } from '../api/stock-types'
import { fateOf, partsOf } from './pairs'

const said = (text: string): { zh: string; en: string } => ({ zh: text, en: text })
const item = (...parts: [string, string][]): ClauseItem => ({ id: 'x', title: said('x'), citation: null, parts: parts.map(([name, line]) => ({ name, label: said(name), lines: [said(line)] })) })
const pair = (fate: Pair['fate'], differing: string[]): Pair => ({ id: 'x', fate, a: item(['when', '500 m'], ['term', '1']), b: item(['when', '200 m'], ['form', 'F']), differing })

test('what only rests on another document is the same', () => {
  expect(fateOf(pair('differs', ['cite']))).toBe('same')
  expect(fateOf(pair('differs', ['cite', 'when']))).toBe('differs')
  expect(fateOf(pair('only_a', []))).toBe('only_a')
})

test('each part stands once, with what both say of it', () => {
  const rows = partsOf(pair('differs', ['when', 'term', 'form']))
  expect(rows.map(({ name, a, b }) => [name, a.map((one) => one.zh), b.map((one) => one.zh)])).toEqual([['when', ['500 m'], ['200 m']], ['term', ['1'], []], ['form', [], ['F']]])
  expect(partsOf({ ...pair('only_b', []), a: null }).map(({ a }) => a)).toEqual([[], []])
})
