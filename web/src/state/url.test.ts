import { describe, expect, test } from 'vitest'
import { fromQuery, nowhere, toQuery, type Place } from './url'

const full: Place = {
  lang: 'en', tab: 'draw', view: { zoom: 16.25, lat: 34.79701, lon: 114.30745 }, route: '42', job: 'j-7', row: 3, outcomes: ['exempt', 'parallel'], q: '解放路 &=?#',
  switched: { satellite: true, pipes: false, 'pipes.gas': false }, legend: true, line: [[114.3000001, 34.7], [114.301, 34.7000002]], attributes: { utility: 'power', voltage_kv: '0.4', project: '示范 A/B' },
}

describe('the address', () => {
  test('of the page as it opens is empty', () => expect(toQuery(nowhere())).toBe(''))

  test('brings everything back', () => expect(fromQuery(toQuery(full))).toEqual(full))

  test('survives a second trip unchanged', () => expect(toQuery(fromQuery(toQuery(full)))).toBe(toQuery(full)))

  test.each([
    ['?at=abc', 'view'], ['?at=12/95/114', 'view'], ['?at=12/34', 'view'], ['?tab=nowhere', 'tab'], ['?lang=fr', 'lang'], ['?row=x', 'row'], ['?line=114_34', 'line'], ['?line=a_b~c_d', 'line'],
  ] as [string, keyof Place][])('that makes no sense (%s) is left at its default', (query, key) => {
    expect(fromQuery(query)[key]).toEqual(nowhere()[key])
  })

  test('keeps eight decimals of a drawn line: a millimetre', () => {
    const [first] = fromQuery(toQuery({ ...nowhere(), line: [[114.123456784, 34.1], [114.2, 34.2]] })).line
    expect(Math.abs(first![0]! - 114.123456784)).toBeLessThanOrEqual(5.1e-9)
  })
})
