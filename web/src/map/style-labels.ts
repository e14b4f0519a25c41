/** Names on the map. No glyph server: with `glyphs` left out the browser's own fonts draw every word. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { GROUND } from './palette'

export const FONT = ['Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', 'sans-serif']
export const CJK_FONTS = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'

const NAME: ExpressionSpecification = ['coalesce', ['get', 'name'], '']
const KIND: ExpressionSpecification = ['coalesce', ['get', 'kind'], '']

const halo = { 'text-halo-color': 'rgba(255,255,255,0.92)', 'text-halo-width': 1.6 } as const

function along(id: string, classes: string[], minzoom: number, size: [number, number]): LayerSpecification {
  return {
    id, type: 'symbol', source: 'roads', 'source-layer': 'roads', minzoom,
    filter: ['in', ['coalesce', ['get', 'class'], 'branch'], ['literal', classes]],
    layout: {
      'symbol-placement': 'line', 'text-field': NAME, 'text-font': FONT, 'symbol-spacing': 320, 'text-letter-spacing': 0.12,
      'text-size': ['interpolate', ['linear'], ['zoom'], minzoom, size[0], 18, size[1]], 'text-max-angle': 35, 'text-padding': 6,
    },
    paint: { 'text-color': GROUND.roadInk, ...halo },
  }
}

function area(id: string, source: string, filter: ExpressionSpecification, ink: string, minzoom: number, size: number, room = 8, maxzoom = 24): LayerSpecification {
  return {
    id, type: 'symbol', source, 'source-layer': source, filter, minzoom, maxzoom,
    layout: { 'text-field': NAME, 'text-font': FONT, 'text-size': size, 'text-max-width': 7, 'text-padding': room },
    paint: { 'text-color': ink, ...halo },
  }
}

function onRoute(source: 'routes' | 'job'): LayerSpecification {
  return {
    id: `${source}-label`, type: 'symbol', source, ...(source === 'routes' ? { 'source-layer': 'routes' } : {}), minzoom: 15.6,
    layout: {
      'symbol-placement': 'line-center', 'text-field': ['to-string', ['coalesce', ['get', 'route_id'], '']], 'text-font': FONT, 'text-size': 12,
      'text-offset': [0, -1.1], 'text-max-angle': 60,
    },
    paint: { 'text-color': '#1d2226', ...halo },
  }
}

/** Later layers win the fight for room, so the most important names stand last. */
export function labelLayers(): LayerSpecification[] {
  return [
    area('districts-name', 'districts', ['literal', true], GROUND.districtInk, 9, 13, 160, 14.5),
    {
      id: 'trees-name', type: 'symbol', source: 'trees', 'source-layer': 'trees', minzoom: 16.5,
      layout: { 'text-field': ['coalesce', ['get', 'species'], ''], 'text-font': FONT, 'text-size': 12, 'text-offset': [0, 1.1], 'text-anchor': 'top' },
      paint: { 'text-color': GROUND.greenInk, ...halo },
    },
    area('green-name-small', 'green', ['match', KIND, ['attached', 'planned', ''], true, false], GROUND.greenInk, 16.3, 12),
    area('green-name', 'green', ['match', KIND, ['public', 'protective'], true, false], GROUND.greenInk, 13.8, 12, 20),
    area('heritage-name', 'heritage', ['match', KIND, ['protection', 'old_city'], true, false], GROUND.heritage, 12.5, 12.5),
    area('planning-name', 'planning', ['==', KIND, 'river'], GROUND.waterInk, 12, 13),
    along('roads-name-branch', ['branch', 'internal', 'unknown'], 15.2, [12, 13]),
    along('roads-name-secondary', ['secondary'], 13.6, [12, 14]),
    along('roads-name-arterial', ['arterial', 'expressway'], 12.2, [12, 15]),
    {
      id: 'highways-ref', type: 'symbol', source: 'highways', 'source-layer': 'highways', minzoom: 9.5,
      layout: { 'symbol-placement': 'line', 'symbol-spacing': 420, 'text-field': ['coalesce', ['get', 'ref'], ''], 'text-font': FONT, 'text-size': 12, 'text-rotation-alignment': 'viewport' },
      paint: { 'text-color': '#6e4d10', 'text-halo-color': '#fdf1d3', 'text-halo-width': 3 },
    },
    onRoute('routes'), onRoute('job'),
  ]
}
