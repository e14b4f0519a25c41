import { describe, expect, test } from 'vitest'
import { ago, duration, grouped, localTime, metres, quantity } from './format'
import { bundle } from './bundle'
import { Latest } from './latest'

describe('numbers and days as people read them', () => {
  test('lengths', () => {
    expect(metres(312.44)).toBe('312.4 m')
    expect(metres(null)).toBe('—')
    expect(grouped(12480.5, 1)).toBe('12\u202f480.5')
    expect(grouped(1234)).toBe('1234')
    expect(grouped(-0.04, 1)).toBe('0.0')
    expect(grouped(-38.2, 1)).toBe('−38.2')
  })

  test('a value that rounding would put on its limit keeps its millimetres', () => {
    expect(quantity(500.001, 'm', 'zh')).toBe('500.001 m')
    expect(quantity(499.999, 'm', 'zh')).toBe('499.999 m')
    expect(quantity(500, 'm', 'zh')).toBe('500.0 m')
    expect(quantity(38.24, 'm', 'zh')).toBe('38.2 m')
    expect(quantity(412, 'd', 'en')).toBe('412 days')
    expect(quantity(null, 'm', 'zh')).toBe('—')
  })

  test('ages', () => {
    const today = new Date('2026-11-22T08:00:00Z')
    expect(ago('2026-11-22', 'zh', today)).toBe('今天')
    expect(ago('2026-11-10', 'zh', today)).toBe('12 天前')
    expect(ago('2026-03-01', 'en', today)).toBe('9 months ago')
    expect(ago('2024-03-01', 'zh', today)).toBe('2 年前')
    expect(ago('2026-11-21', 'en', today)).toBe('1 day ago')
    expect(ago(null, 'zh', today)).toBe('')
  })

  test('times are those of the wall clock here', () => {
    expect(localTime(new Date(2026, 10, 2, 8, 5).toISOString())).toBe('2026-11-02 08:05')
    expect(localTime(null)).toBe('')
    expect(localTime('soon')).toBe('')
  })

  test('time left', () => {
    expect(duration(200, 'zh')).toBe('3 分 20 秒')
    expect(duration(7.2, 'en')).toBe('8 s')
    expect(duration(null, 'zh')).toBe('—')
  })
})

describe('what is handed in together', () => {
  const names = (...given: string[]): string[] | undefined => bundle(given.map((name) => new File(['x'], name)))?.map((f) => f.name)

  test('is every part of one shapefile', () => expect(names('A.shp', 'a.DBF', 'a.shx', 'a.prj', 'b.dbf')).toEqual(['A.shp', 'a.DBF', 'a.shx', 'a.prj']))
  test('is nothing where a part that must be there is not', () => {
    expect(names('a.shp', 'a.prj')).toBeUndefined()
    expect(names('a.dbf')).toBeUndefined()
    expect(names('a.shp', 'a.dbf', 'b.shx')).toBeUndefined()
    expect(names()).toBeUndefined()
  })
  test('is any other file as it is', () => expect(names('routes.geojson')).toEqual(['routes.geojson']))
})

describe('only the newest question', () => {
  const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

  test('is answered after the one on its way; those between are never asked', async () => {
    const [asked, answered]: [number[], number[]] = [[], []]
    const latest = new Latest<number, number>(async (n) => { asked.push(n); await later(10); return n }, (n) => answered.push(n), () => undefined)
    for (let n = 1; n <= 5; n++) latest.ask(n)
    await later(60)
    expect(asked).toEqual([1, 5])
    expect(answered).toEqual([1, 5])
  })

  test('cuts off one that takes too long while a newer waits', async () => {
    const [answered, failed]: [number[], unknown[]] = [[], []]
    const latest = new Latest<number, number>(
      (n, signal) => new Promise((resolve, reject) => { if (n === 2) resolve(n); else signal.addEventListener('abort', () => reject(new Error('aborted'))) }),
      (n) => answered.push(n), (e) => failed.push(e), 20,
    )
    latest.ask(1)
    latest.ask(2)
    await later(60)
    expect(answered).toEqual([2])
    expect(failed).toEqual([])
  })

  test('says nothing after it was stopped', async () => {
    const answered: number[] = []
    const latest = new Latest<number, number>(async (n) => { await later(5); return n }, (n) => answered.push(n), () => undefined)
    latest.ask(1)
    latest.stop()
    await later(20)
    expect(answered).toEqual([])
  })
})
