/** Land, water, green, roads, pipes: everything that lies under the proposed lines. */
import type { DataDrivenPropertyValueSpecification, ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import type { Background } from '../api/types'
import { CJJ61, GROUND, pipeColour } from './palette'
import { PIPE_POINTS } from './switches'

type Num = DataDrivenPropertyValueSpecification<number>
const KIND: ExpressionSpecification = ['coalesce', ['get', 'kind'], '']
const CLASS: ExpressionSpecification = ['coalesce', ['get', 'class'], 'unknown']

export const ROAD_CLASSES = ['internal', 'branch', 'secondary', 'arterial', 'expressway'] as const
type RoadClass = (typeof ROAD_CLASSES)[number]

/** Width in metres that a road is drawn with where its file names none. Drawing only: no rule reads this. */
const DRAWN_WIDTH_M: Record<RoadClass, number> = { internal: 6, branch: 14, secondary: 26, arterial: 40, expressway: 56 }
/** Width in pixels at zoom 9, 12 and 14. */
const PIXELS: Record<RoadClass, [number, number, number]> = {
  internal: [0, 0.3, 1], branch: [0.2, 0.8, 2], secondary: [0.5, 1.5, 3.4], arterial: [0.9, 2.3, 4.6], expressway: [1.2, 2.8, 5.4],
}
const EDGE: Record<RoadClass, number> = { internal: 0.5, branch: 0.7, secondary: 0.9, arterial: 1.3, expressway: 1.7 }

/** Pixels that a metre takes at a zoom, near latitude 35°. */
const pixelsPerMetre = (zoom: number): number => 2 ** zoom / 64100

function roadWidth(of: RoadClass, extra: number): Num {
  const true_m: ExpressionSpecification = ['coalesce', ['to-number', ['get', 'width_m']], DRAWN_WIDTH_M[of]]
  const [far, mid, near] = PIXELS[of]
  const grown = (zoom: number): ExpressionSpecification => ['+', extra, ['*', true_m, pixelsPerMetre(zoom)]]
  return ['interpolate', ['exponential', 1.7], ['zoom'], 9, far, 12, mid + extra * 0.6, 14, near + extra, 17, grown(17), 21, grown(21)]
}

const roadFilter = (of: RoadClass): ExpressionSpecification =>
  of === 'branch' ? ['match', CLASS, ['branch', 'unknown'], true, false] : ['==', CLASS, of]

function roads(): LayerSpecification[] {
  const line = (of: RoadClass, casing: boolean): LayerSpecification => ({
    id: `roads-${casing ? 'casing' : 'fill'}-${of}`,
    type: 'line', source: 'roads', 'source-layer': 'roads', filter: roadFilter(of),
    minzoom: of === 'internal' ? 13 : of === 'branch' ? 11.5 : 0,
    layout: { 'line-cap': casing ? 'butt' : 'round', 'line-join': 'round' },
    paint: {
      'line-color': casing ? GROUND.casing[of]! : GROUND.road,
      'line-width': roadWidth(of, casing ? 2 * EDGE[of] : 0),
    },
  })
  return [...ROAD_CLASSES.map((c) => line(c, true)), ...ROAD_CLASSES.map((c) => line(c, false))]
}

/** Existing pipes, far off paler; `strength` 1 is the full one. */
export const pipeOpacity = (strength: number): ExpressionSpecification =>
  ['interpolate', ['linear'], ['zoom'], 14, 0.25 * strength, 16, 0.8 * strength, 17.5, strength]

const fill = (id: string, source: string, filter: ExpressionSpecification, colour: string, opacity = 1): LayerSpecification => ({
  id, type: 'fill', source, 'source-layer': source, filter, paint: { 'fill-color': colour, 'fill-opacity': opacity, 'fill-antialias': true },
})

const edge = (id: string, source: string, filter: ExpressionSpecification, colour: string, width: number, dash?: number[], minzoom = 0): LayerSpecification => ({
  id, type: 'line', source, 'source-layer': source, filter, minzoom,
  paint: { 'line-color': colour, 'line-width': width, ...(dash ? { 'line-dasharray': dash } : {}) },
})

function areas(): LayerSpecification[] {
  return [
    fill('planning-river', 'planning', ['==', KIND, 'river'], GROUND.water),
    edge('planning-river-edge', 'planning', ['==', KIND, 'river'], GROUND.waterEdge, 0.8, undefined, 12),
    fill('green-built', 'green', ['!=', KIND, 'planned'], GROUND.green),
    fill('green-planned', 'green', ['==', KIND, 'planned'], GROUND.green, 0.4),
    edge('green-edge', 'green', ['!=', KIND, 'planned'], GROUND.greenEdge, 0.7, undefined, 14),
    edge('green-planned-edge', 'green', ['==', KIND, 'planned'], GROUND.greenInk, 1, [3, 2.4], 12),
    fill('heritage-old-city', 'heritage', ['==', KIND, 'old_city'], GROUND.heritage, 0.045),
    fill('heritage-buried', 'heritage', ['==', KIND, 'buried'], GROUND.heritage, 0.07),
    fill('heritage-control', 'heritage', ['==', KIND, 'control'], GROUND.heritage, 0.11),
    fill('planning-rail', 'planning', ['==', KIND, 'rail'], GROUND.rail, 0.5),
  ]
}

function areaLines(): LayerSpecification[] {
  return [
    fill('heritage-protection', 'heritage', ['==', KIND, 'protection'], GROUND.heritage, 0.26),
    edge('heritage-old-city-edge', 'heritage', ['==', KIND, 'old_city'], GROUND.heritage, 1.2, [6, 3]),
    edge('heritage-edge', 'heritage', ['match', KIND, ['protection', 'control'], true, false], GROUND.heritage, 0.9, undefined, 12.5),
    edge('heritage-buried-edge', 'heritage', ['==', KIND, 'buried'], GROUND.heritage, 0.9, [1, 2], 12.5),
    edge('planning-site', 'planning', ['==', KIND, 'site_red_line'], GROUND.siteLine, 1, [6, 2.5, 1.5, 2.5], 15),
    edge('planning-road-line', 'planning', ['==', KIND, 'road_red_line'], GROUND.roadLine, 0.8, [4, 3], 16.5),
    edge('planning-green-line', 'planning', ['==', KIND, 'green_line'], '#4c8a3a', 0.9, [5, 2], 14),
    edge('districts-edge', 'districts', ['literal', true], GROUND.district, 1.1, [7, 2, 1.5, 2]),
  ]
}

function highways(): LayerSpecification[] {
  const width = (extra: number): Num => ['interpolate', ['exponential', 1.6], ['zoom'], 8, 1 + extra * 0.4, 12, 2.6 + extra, 15, 7 + extra, 18, 26 + extra]
  const lines: ExpressionSpecification = ['match', ['geometry-type'], ['LineString', 'MultiLineString'], true, false]
  const line = (id: string, colour: string, extra: number): LayerSpecification => ({
    id, type: 'line', source: 'highways', 'source-layer': 'highways', filter: lines,
    layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colour, 'line-width': width(extra) },
  })
  return [
    fill('highways-land', 'highways', ['match', ['geometry-type'], ['Polygon', 'MultiPolygon'], true, false], GROUND.highway, 0.5),
    line('highways-casing', GROUND.highwayCasing, 1.8), line('highways-fill', GROUND.highway, 0),
  ]
}

function pipes(): LayerSpecification[] {
  const pairs = Object.keys(CJJ61).flatMap((utility) => [utility, pipeColour(utility)])
  return [{
    id: 'pipes', type: 'line', source: 'pipes', 'source-layer': 'pipes', minzoom: 14,
    layout: { 'line-cap': 'butt', 'line-join': 'round' },
    paint: {
      'line-color': ['match', ['coalesce', ['get', 'utility'], 'other'], ...pairs, pipeColour('other')] as unknown as ExpressionSpecification,
      'line-width': ['interpolate', ['linear'], ['zoom'], 14, 0.6, 16, 0.9, 17.5, 1.4, 19, 2.4],
      'line-opacity': pipeOpacity(1),
      'line-dasharray': ['match', ['coalesce', ['get', 'state'], ''], 'abandoned', ['literal', [4, 3]], ['literal', [1, 0]]],
    },
  }]
}

/** Manholes are rings, as on a survey's sheet; valves, hydrants and what else stands there are dots; bends and tees come last. */
function pipePoints(): LayerSpecification {
  const pairs = Object.keys(CJJ61).flatMap((utility) => [utility, pipeColour(utility)])
  const hue = ['match', ['coalesce', ['get', 'utility'], 'other'], ...pairs, pipeColour('other')] as unknown as ExpressionSpecification
  const ring: ExpressionSpecification = ['==', ['get', 'kind'], 'manhole']
  const size = (manhole: number, stands: number, feature: number): ExpressionSpecification => ['case', ring, manhole, ['has', 'kind'], stands, feature]
  return {
    id: 'pipe-points', type: 'circle', source: 'pipe_points', 'source-layer': 'pipe_points', minzoom: PIPE_POINTS.from,
    paint: {
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 16, size(1.4, 1.2, 0), 17.5, size(2.6, 2.2, 0.9), 19, size(4.6, 3.6, 1.8)],
      'circle-color': ['case', ring, '#ffffff', hue], 'circle-stroke-color': ['case', ring, hue, '#ffffff'],
      'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 16, 0.7, 19, 1.6],
      'circle-opacity': ['match', ['coalesce', ['get', 'state'], ''], 'abandoned', 0.4, 1],
    },
  }
}

/** The kilometre in which somebody's pipes lie who opens no more: a dashed square in the utility's hue, one inside the other. */
function pipeSquares(): LayerSpecification {
  const utility: ExpressionSpecification = ['coalesce', ['get', 'utility'], 'other']
  const by = (value: (utility: string, at: number) => string | number, other: string | number): ExpressionSpecification =>
    ['match', utility, ...Object.keys(CJJ61).flatMap((name, at) => [name, value(name, at)]), other] as unknown as ExpressionSpecification
  return {
    id: 'pipe-squares', type: 'line', source: 'pipe_squares', 'source-layer': 'pipe_squares', minzoom: 14,
    paint: {
      'line-color': by((name) => pipeColour(name), pipeColour('other')), 'line-offset': by((_, at) => 3 + 4 * at, 3 + 4 * Object.keys(CJJ61).length),
      'line-width': 1.4, 'line-opacity': 0.8, 'line-dasharray': [3, 4],
    },
  }
}

function points(): LayerSpecification[] {
  const grade: ExpressionSpecification = ['coalesce', ['get', 'grade'], 'none']
  return [
    edge('events', 'events', ['literal', true], GROUND.event, 1.6, [2, 2], 13.5),
    {
      // a published protection range, where the city has one, is a polygon
      id: 'trees-range', type: 'fill', source: 'trees', 'source-layer': 'trees', minzoom: 12.5,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': GROUND.tree, 'fill-opacity': 0.3, 'fill-outline-color': GROUND.tree },
    },
    {
      id: 'trees', type: 'circle', source: 'trees', 'source-layer': 'trees', minzoom: 12.5,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': ['interpolate', ['exponential', 1.6], ['zoom'], 12.5, 1.6, 15, 3.6, 18, 8],
        'circle-color': GROUND.tree,
        'circle-opacity': ['match', grade, ['none', 'reserve'], 0.35, 0.85],
        'circle-stroke-color': '#ffffff',
        'circle-stroke-width': ['match', grade, ['1', 'famous'], 2, 1],
      },
    },
  ]
}

/** A background covers the ground; its names lie on it at once, so that our own lines and names stay above. */
const backgroundLayers = (some: readonly Background[]): LayerSpecification[] =>
  some.flatMap(({ name }) => [name, `${name}.names`].map((id): LayerSpecification => ({ id, type: 'raster', source: id, layout: { visibility: 'none' }, paint: { 'raster-fade-duration': 120 } })))

function rasters(): LayerSpecification[] {
  return [
    { id: 'satellite', type: 'raster', source: 'satellite', layout: { visibility: 'none' }, paint: { 'raster-fade-duration': 120 } },
    { id: 'terrain', type: 'raster', source: 'terrain', layout: { visibility: 'none' }, paint: { 'raster-opacity': 0.45, 'raster-fade-duration': 120 } },
  ]
}

/** Carriageway, cycleway and footway inside the road space, once one is near enough to tell them apart. */
function surfaces(): LayerSpecification {
  return {
    id: 'road_surfaces', type: 'fill', source: 'road_surfaces', 'source-layer': 'road_surfaces', minzoom: 15.5,
    paint: {
      'fill-color': ['match', ['coalesce', ['get', 'part'], ''], 'footway', GROUND.footway, 'cycleway', GROUND.cycleway, GROUND.surface],
      'fill-opacity': ['interpolate', ['linear'], ['zoom'], 15.5, 0, 16.2, 1],
    },
  }
}

/** Bottom to top. Over a satellite picture the fills give way (see `overPhoto`). */
export function groundLayers(backgrounds: readonly Background[] = []): LayerSpecification[] {
  return [...areas(), ...backgroundLayers(backgrounds), ...rasters(), ...roads(), surfaces(), ...highways(), ...areaLines(), pipeSquares(), ...pipes(), pipePoints(), ...points()]
}

/** Ids of the fills that would hide a photograph; they are painted faintly while one is shown. */
export const overPhoto = (id: string): boolean => id.startsWith('roads-') || id.startsWith('highways-') || id === 'road_surfaces'
