import { describe, expect, test } from 'vitest'
import type { Finding, RouteFeature, Stretch } from '../api/types'
import { along, cut, length_m } from '../util/geo'
import { badgePoints, pathOf, stretchLines } from './highlights'

const route: RouteFeature = { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [[114.3, 34.8], [114.301, 34.8], [114.301, 34.801]] } }
const total = length_m([[114.3, 34.8], [114.301, 34.8], [114.301, 34.801]])
const stretch = (from_m: number, to_m: number): Stretch => ({ theme: 'road', from_m, to_m })
const finding = (stretches: Stretch[]): Finding => ({ rule: 'r', answer: 'yes', value: 1, unit: 'm', limit: 0, margin: -1, stretches })
const groups = (...numbered: Stretch[][]) => ({ deciding: numbered.map((s, i) => ({ finding: finding(s), index: i, number: i + 1 })), unknown: [], warning: [], rest: [{ finding: finding([stretch(0, 5)]), index: 99, number: null }] })

describe('measuring', () => {
  test('agrees with the ellipsoid: a degree north and a degree east at 34.8°', () => {
    // Meridian arc and parallel arc of CGCS2000, from the series.
    expect(length_m([[114, 34.3], [114, 35.3]])).toBeCloseTo(110_936.9, 0)
    expect(length_m([[114, 34.8], [115, 34.8]])).toBeCloseTo(91_509.7, 0)
  })

  test('a cut has the length that was asked for, and two cuts make the whole', () => {
    const lines = [route.geometry.type === 'LineString' ? route.geometry.coordinates : []]
    const part = (a: number, b: number): number => cut(lines, a, b).reduce((s, l) => s + length_m(l), 0)
    expect(part(20, 120)).toBeCloseTo(100, 5)
    expect(part(0, 50) + part(50, total)).toBeCloseTo(total, 5)
    expect(length_m([lines[0]![0]!, along(lines[0]!, 0.25)])).toBeCloseTo(total / 4, 4)
  })
})

describe('stretches on the map', () => {
  test("the server's own line is taken as it is", () => {
    expect(pathOf({ ...stretch(0, 1), coordinates: [[1, 2], [3, 4]] }, route, null)).toEqual([[[1, 2], [3, 4]]])
  })

  test('without one the stretch is cut from the line, in the measure of the server', () => {
    const [path] = pathOf(stretch(0, 1000), route, 2000)
    expect(length_m(path!)).toBeCloseTo(total / 2, 4)
  })

  test('deciding ones are always there, others only while lit', () => {
    const g = groups([stretch(0, 30)], [stretch(50, 80)])
    expect(stretchLines(route, g, [], null, null).features.map((f) => f.properties.finding)).toEqual([0, 1])
    const lit = stretchLines(route, g, [], { finding: 99, stretch: null, piece: null }, null).features
    expect(lit.filter((f) => f.properties.lit).map((f) => f.properties.finding)).toEqual([99])
  })

  test('lighting one stretch leaves its sisters dark', () => {
    const g = groups([stretch(0, 30), stretch(60, 90)])
    expect(stretchLines(route, g, [], { finding: 0, stretch: 1, piece: null }, null).features.map((f) => f.properties.lit)).toEqual([false, true])
  })

  test('badges of the same place stand apart, and share one when there is no room', () => {
    const same = badgePoints(stretchLines(route, groups([stretch(0, 100)], [stretch(0, 100)]), [], null, null)).features
    expect(same.map((f) => f.properties.number)).toEqual(['1', '2'])
    expect(length_m([same[0]!.geometry.coordinates, same[1]!.geometry.coordinates])).toBeGreaterThan(10)
    const many = badgePoints(stretchLines(route, groups([stretch(0, 100)], [stretch(49, 51)], [stretch(49, 51)]), [], null, null)).features
    expect(many.map((f) => f.properties.number).join(' ')).toContain('·')
  })
})
