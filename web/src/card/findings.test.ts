import { describe, expect, test } from 'vitest'
import type { Finding, Verdict } from '../api/types'
import { byMissing, group, leaning, lengthLimit, unconfirmed } from './findings'

const finding = (over: Partial<Finding>): Finding => ({ rule: 'r', answer: 'no', value: null, unit: null, limit: null, margin: null, ...over })

const verdict = (findings: Finding[], over: Partial<Verdict> = {}): Verdict => ({
  route_id: 'A', outcome: 'parallel', conditions: [], could_be: null, certainty: 'text', immediate: false, headline: '', on: '2026-11-22', dig: null,
  length: { planar_m: 312.4, geodesic_m: 312.4, counted_m: 312.4, dug_m: 312.4, sum_m: 612.8, crs: 'EPSG:4547', accuracy_m: 0.5 },
  findings, permits: [], rests_on: { pack: 'p@1', deliveries: [] }, notice: '', ...over,
})

describe('groups of findings', () => {
  const here = [{ theme: 'road', from_m: 0, to_m: 1 }]
  const said = verdict([
    finding({ rule: 'idle-no' }),
    finding({ rule: 'decides-for', answer: 'yes', decides: true, margin: 187 }),
    finding({ rule: 'decides-against', answer: 'yes', decides: true, margin: -3, stretches: here }),
    finding({ rule: 'idle-unknown', answer: 'unknown' }),
    finding({ rule: 'waits', answer: 'unknown', decides: true }),
    finding({ rule: 'warns', answer: 'yes', effect: 'warns', stretches: here }),
    finding({ rule: 'decides-no', answer: 'no', decides: true }),
    finding({ rule: 'met', answer: 'yes', effect: 'informs', stretches: here }),
  ])
  const groups = group(said)

  test('deciding first, what it waits for apart, warnings, then the rest', () => {
    expect(groups.deciding.map((g) => g.finding.rule)).toEqual(['decides-against', 'decides-for', 'decides-no'])
    expect(groups.unknown.map((g) => g.finding.rule)).toEqual(['waits'])
    expect(groups.warning.map((g) => g.finding.rule)).toEqual(['warns'])
    expect(groups.rest.map((g) => g.finding.rule)).toEqual(['met', 'idle-unknown', 'idle-no'])
  })

  test('numbers run through what is on the map, and point at the right findings', () => {
    expect([...groups.deciding, ...groups.warning].map((g) => g.number)).toEqual([1, null, null, 2])
    for (const g of [...groups.deciding, ...groups.rest]) expect(said.findings[g.index]).toBe(g.finding)
  })

  test('an unknown that decides nothing never stands among those that do', () => {
    expect(groups.deciding.some((g) => g.finding.answer === 'unknown')).toBe(false)
  })
})

test('what waits for the same layer is told once; blanks of the form each for themselves', () => {
  const green = { zh: '未提供“绿地”', en: 'no green', layer: 'green', office: '园林' }
  const blank = { zh: '未填写', en: 'blank', layer: '', office: '' }
  const groups = group(verdict([
    finding({ rule: 'a', answer: 'unknown', decides: true, missing: green }), finding({ rule: 'b', answer: 'unknown', decides: true, missing: green }),
    finding({ rule: 'c', answer: 'unknown', decides: true, missing: blank }), finding({ rule: 'd', answer: 'unknown', decides: true, missing: blank }),
  ]))
  expect(byMissing(groups.unknown).map((w) => w.entries.map((e) => e.finding.rule))).toEqual([['a', 'b'], ['c'], ['d']])
})

test('a yes leans by the sign of its margin, a no not at all', () => {
  expect(leaning(finding({ answer: 'yes', margin: -0.1 }))).toBe('against')
  expect(leaning(finding({ answer: 'yes', margin: 187.6 }))).toBe('for')
  expect(leaning(finding({ answer: 'no', margin: -5 }))).toBe('neither')
  expect(leaning(finding({ answer: 'yes', margin: null }))).toBe('neither')
})

describe('the length limit of the ruler', () => {
  const limit = finding({ rule: 'length-limit', answer: 'no', unit: 'm', value: 612.8, limit: 500 })
  test('is the finding that measured what was counted', () => {
    const other = finding({ rule: 'zone', unit: 'm', value: 12, limit: 20 })
    expect(lengthLimit(verdict([other, limit]))?.rule).toBe('length-limit')
  })
  test('is absent where no finding limits a length', () => {
    expect(lengthLimit(verdict([finding({ rule: 'met', unit: 'm', value: 612.8, limit: 0 })]))).toBeNull()
  })
})

test('a reading is unconfirmed until an office is named', () => {
  const resting = finding({ reading: 'boundary' })
  const reading = { switch: 'boundary', code: 'A1', title: '', chosen: null, argument: null, confirmed_by: { office: null, document: null, date: null } }
  expect(unconfirmed(resting, verdict([resting], { readings: [reading] }))).toBe(reading)
  const settled = { ...reading, confirmed_by: { office: '市政务局', document: '复函', date: '2026-10-01' } }
  expect(unconfirmed(resting, verdict([resting], { readings: [settled] }))).toBeNull()
  expect(unconfirmed(finding({}), verdict([], { readings: [reading] }))).toBeNull()
})
