import { describe, expect, test } from 'vitest'
import type { SheetRow } from '../api/sheet-types'
import { setLang } from '../i18n'
import { amount, corrections, remark, squareMetres, what } from './rows'

const row = (more: Partial<SheetRow> = {}): SheetRow => ({
  key: 'road-1', theme: 'road', owner: '市城市管理局', id: 'R1', name: '解放路', kind: 'arterial', part: 'footway', pavement: null,
  amount: 12.34, unit: 'm2', method: 'area', estimated: false, why: null, stretches: [], detail: {}, ...more,
})

describe('rows of a sheet', () => {
  test('a number that is not known stays not known', () => {
    setLang('zh')
    expect(amount(null, 'm2')).toBe('不详')
    expect(amount(0, 'm2')).toBe('0.0 m²')
    expect(squareMetres([row(), row({ amount: null })], 'road')).toBeNull()
    expect(squareMetres([row(), row({ key: 'b', amount: 1 })], 'road')).toBeCloseTo(13.34)
    expect(squareMetres([row()], 'green')).toBeNull()
  })

  test('a correction needs a number and a reason', () => {
    expect(corrections([row()], {})).toEqual([])
    expect(corrections([row()], { 'road-1': { amount: '13', reason: ' 多一块 ' } })).toEqual([{ key: 'road-1', amount: 13, reason: '多一块' }])
    expect(corrections([row()], { 'road-1': { amount: '13', reason: ' ' } })).toBeNull()
    expect(corrections([row()], { 'road-1': { amount: '-1', reason: '少' } })).toBeNull()
    expect(corrections([row()], { 'road-1': { amount: '', reason: '少' } })).toEqual([])
  })

  test('words say what, and why something is not known', () => {
    setLang('zh')
    expect(what(row())).toContain('解放路（R1）')
    expect(remark(row({ estimated: true, why: 'no_part' }))).toBe('按缺省沟宽或工作坑估算 · 部位不详（无道路面资料）')
    const pipe = row({ theme: 'pipe', name: 'gas', detail: { gap_m: null, answer: 'check' }, why: 'missing_depth' })
    expect(remark(pipe)).toBe('净距不详 · 待核实 · 缺埋深')
    setLang('en')
    expect(what(row({ kind: 'below' }))).toContain('passes below')
    setLang('zh')
  })
})
