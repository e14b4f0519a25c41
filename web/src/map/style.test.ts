import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, test } from 'vitest'
import type { City, LayerInfo } from '../api/types'
import { listed, look, LOOKS } from '../outcomes'
import { CJJ61, hex, muted, pipeColour, standardColour } from './palette'
import { mapStyle } from './style'
import { flip, isOn } from './switches'

const city: City = { name: 'x', synthetic: true, work_crs: 'EPSG:4547', bounds: [114, 34, 115, 35], default_pack: 'p', rasters: ['satellite', 'terrain'] }
const layer = (name: string, geometry: string): LayerInfo => ({
  name, zh: name, en: name, geometry, rows: 1, delivered: true, covers: 'bounds', as_of: null, complete_since: null, source: '', owner: '', licence: '', stated_by: '',
  tiles: geometry === 'none' ? null : `/tiles/${name}/{z}/{x}/{y}.${geometry === 'raster' ? 'png' : 'mvt'}`,
})
const layers = [
  ...['roads', 'highways', 'pipes'].map((n) => layer(n, 'line')), layer('pipe_points', 'point'), ...['green', 'heritage', 'planning', 'districts', 'road_surfaces', 'events'].map((n) => layer(n, 'polygon')),
  layer('trees', 'point|polygon'), layer('road_ledger', 'none'), layer('satellite', 'raster'), layer('terrain', 'raster'),
]

function contrast(a: string, b: string): number {
  const light = (colour: string): number => {
    const [r, g, bl] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number]
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl
  }
  const [x, y] = [light(a), light(b)].sort((p, q) => q - p) as [number, number]
  return (x + 0.05) / (y + 0.05)
}

describe('the style', () => {
  test.each([[[]], [['exempt', 'filing', 'parallel', 'undetermined', 'out_of_scope']], [['exempt', 'commitment', 'notice', 'parallel']]])('is valid for outcomes %j', (tiers) => {
    expect(validateStyleMin(mapStyle(city, layers, tiers, 'http://x')).map((e) => e.message)).toEqual([])
  })

  test('is valid for a city that has delivered nothing, and draws only what has a source', () => {
    const style = mapStyle(city, [], [], 'http://x')
    expect(validateStyleMin(style)).toEqual([])
    expect(style.layers.every((l) => !('source' in l) || l.source in style.sources)).toBe(true)
    expect(style.layers.some((l) => 'source' in l && l.source === 'roads')).toBe(false)
  })

  test('asks nobody but this server: no glyphs, no sprite, no other address', () => {
    const style = mapStyle(city, layers, [], 'http://x')
    expect('glyphs' in style || 'sprite' in style).toBe(false)
    expect(JSON.stringify(style).match(/https?:\/\/(?!x\/)/)).toBeNull()
  })

  test('each source layer is named like its layer', () => {
    for (const l of mapStyle(city, layers, [], 'http://x').layers) if ('source-layer' in l && l['source-layer']) expect(l['source-layer']).toBe(l.source)
  })
})

describe('colours', () => {
  test('of pipes are those of CJJ 61-2017', () => {
    expect(Object.fromEntries(Object.values(CJJ61).map((c) => [c.code, c.rgb.join(',')]))).toEqual({
      JS: '0,255,255', PS: '76,57,38', RQ: '255,0,255', RL: '255,128,0', DL: '255,0,0', TX: '0,255,0',
    })
    expect(standardColour('water')).toBe('#00ffff')
  })

  test('of existing pipes keep their hue at less strength', () => {
    expect(muted([255, 0, 0], 1)).toBe(hex([235, 0, 0]))
    const all = Object.keys(CJJ61).map(pipeColour)
    expect(new Set(all).size).toBe(all.length)
    expect(all).not.toContain(standardColour('power'))
  })

  test('of outcomes are told apart by stroke or sign as well', () => {
    const signs = Object.values(LOOKS).map((l) => l.sign)
    expect(new Set(signs).size).toBe(signs.length)
    expect(look('undetermined').stroke).toBe('dashed')
    expect(look('out_of_scope').stroke).toBe('dotted')
    expect([look('exempt').colour, look('parallel').colour]).toEqual(['#009E73', '#D55E00'])
  })

  test('of words reach AA on paper and as white on ink', () => {
    for (const [name, l] of Object.entries(LOOKS)) for (const paper of ['#fbfaf7', '#ffffff']) expect(contrast(l.ink, paper), name).toBeGreaterThanOrEqual(4.5)
  })

  test('further tiers of a pack each get a look of their own that stays', () => {
    const tiers = ['exempt', 'commitment', 'notice', 'parallel']
    expect(look('commitment', tiers).colour).not.toBe(look('notice', tiers).colour)
    expect(listed(tiers)).toEqual(['exempt', 'parallel', 'commitment', 'notice', 'undetermined', 'out_of_scope'])
  })
})

test('switches keep only what differs from the default', () => {
  const switched: Record<string, boolean> = {}
  flip('satellite', true, switched)
  flip('pipes', false, switched)
  expect(switched).toEqual({ satellite: true, pipes: false })
  expect([isOn('satellite', switched), isOn('pipes', switched), isOn('roads', switched)]).toEqual([true, false, true])
  flip('satellite', false, switched)
  flip('pipes', true, switched)
  expect(switched).toEqual({})
})
