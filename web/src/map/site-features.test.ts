import { describe, expect, test } from 'vitest'
import type { SiteJudged, SiteLines } from '../api/site-types'
import { siteFeatures } from './site-features'

const both = { zh: '', en: '' }
const SITE = [[114.3, 34.8]]
const main = (distance_m: number) => ({ distance_m, point: [114.301, 34.8], site_point: SITE[0]!, line: [[[114.301, 34.79], [114.301, 34.81]]] })
const judged = {
  site: { geometry: { type: 'Point', coordinates: SITE[0]! }, area_m2: null, centre: SITE[0]! },
  mains: [{ utility: 'gas', mains: [main(80), main(90)] }, { utility: 'water', mains: [main(0)] }, { utility: 'heat', mains: [] }],
  around: [{ theme: 'trees', title: both, items: [{ key: 'trees-1-', shape: { type: 'Point', coordinates: [114.302, 34.8] }, radius_m: 10 }] }],
  clearances: { pipes: [{ utility: 'gas', line: [[[114.3, 34.8], [114.31, 34.8]]] }] },
} as unknown as SiteJudged
const lines = { utilities: [{ lines: [{ key: 'gas-P1', outcome: 'exempt', line: [[114.301, 34.8], [114.3, 34.8]] }] }] } as unknown as SiteLines
const drawn = (lit: string | null, site = SITE) => siteFeatures(site, judged, lines, lit, []).features.map((f) => [f.properties.role, f.properties.key, f.properties.lit, f.geometry.type])

describe('the map of a site', () => {
  test('shows the nearest main of each utility and the lines, and nothing that no card is lit for', () => {
    expect(drawn(null)).toEqual([
      ['site', 'site', false, 'Point'], ['main', 'main-gas', false, 'MultiLineString'], ['hop', 'main-gas', false, 'LineString'],
      ['main', 'main-water', false, 'MultiLineString'], ['line', 'line-gas-P1', false, 'LineString'],
    ])
  })

  test('of a lit utility every main, of a lit tree its range, of a lit pipe the pipe', () => {
    expect(drawn('main-gas').filter(([role, , lit]) => role === 'main' && lit)).toHaveLength(2)
    expect(drawn('near-trees-1-').at(-1)).toEqual(['near', 'near-trees-1-', true, 'Polygon'])
    expect(drawn('pipe-0').at(-1)).toEqual(['near', 'pipe-0', true, 'MultiLineString'])
  })

  test('the range of a tree is a circle of its metres', () => {
    const ring = (siteFeatures(SITE, judged, null, 'near-trees-1-', []).features.at(-1)!.geometry as { coordinates: number[][][] }).coordinates[0]!
    const up = Math.max(...ring.map((p) => p[1]!)) - 34.8
    expect(up * 111_195).toBeCloseTo(10, 1)
  })

  test('without a site is empty, and before anything is known shows the site alone', () => {
    expect(drawn(null, [])).toEqual([])
    expect(siteFeatures([[1, 2], [2, 2], [2, 3]], null, null, null, []).features.map((f) => f.geometry.type)).toEqual(['Polygon'])
  })
})
