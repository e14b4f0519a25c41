import { describe, expect, test } from 'vitest'
import { en } from './en'
import { lang, maybe, setLang, t, words } from './index'
import { problemWords } from './problems'
import { problemOf, unreachable } from '../api/problem'
import { zh } from './zh'

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort()

describe('words', () => {
  test('both languages have the same keys, none empty', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
    for (const table of [zh, en]) for (const [key, text] of Object.entries(table)) expect(text.trim(), key).not.toBe('')
  })

  test('both languages fill the same places', () => {
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) expect(places(en[key]), key).toEqual(places(zh[key]))
  })

  test('Chinese words are Chinese and English words are not', () => {
    const same = new Set(['app.lang', 'download.geojson', 'download.gpkg', 'download.parquet', 'download.shp', 'draw.voltage.10', 'draw.voltage.35'])
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
      if (same.has(key)) continue
      expect(/[\u4e00-\u9fff]/.test(zh[key]), `zh ${key}`).toBe(true)
      expect(/[\u4e00-\u9fff]/.test(en[key]), `en ${key}`).toBe(false)
    }
  })

  test('places are filled and unknown ones stay visible', () => {
    setLang('en')
    expect(t('ruler.over', { v: '3.0 m' })).toBe('3.0 m over')
    expect(t('ruler.over')).toBe('{v} over')
    setLang('zh')
    expect(t('ruler.over', { v: '3.0 m' })).toBe('超 3.0 m')
  })

  test('a key built at run time falls back to what it is given', () => {
    expect(maybe('utility.gas')).toBe('燃气')
    expect(maybe('utility.steam', 'steam')).toBe('steam')
  })

  test('server words follow the language, with Chinese behind', () => {
    lang.value = 'en'
    expect(words({ zh: '是', en: 'yes' })).toBe('yes')
    expect(words({ zh: '是' })).toBe('是')
    expect(words('plain')).toBe('plain')
    expect(words(null)).toBe('')
    lang.value = 'zh'
  })
})

describe('errors in words', () => {
  test("the server's own words come first", () => {
    const problem = problemOf(422, { title: '输入无法使用', detail: '第 17 行：电压为空', code: 'bad_value', context: { row: 17 } })
    expect(problemWords(problem, t)).toBe('第 17 行：电压为空')
    expect(problem.context).toEqual({ row: 17 })
  })

  test('without words the page says the status, and an unreachable server how to go on', () => {
    expect(problemWords(problemOf(500, '<html>'), t)).toContain('500')
    expect(problemWords(unreachable(), t)).toContain('服务')
  })
})
