/** How rows, changes and coverages are drawn over the ground. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

/** Told apart by colour-blind readers too: green and orange of the same set as the verdicts, blue, grey. */
export const TONES = { added: '#009E73', removed: '#D55E00', changed: '#134e6b', moved: '#8A6FB0', before: '#6B6B6B', lack: '#D55E00', file: '#134e6b', coverage: '#56B4E9' } as const
export type Tone = keyof typeof TONES

const colour: ExpressionSpecification = ['match', ['coalesce', ['get', 'fate'], ['get', 'tone'], ''], ...Object.entries(TONES).flat(), TONES.lack] as unknown as ExpressionSpecification
const width = (chosen: number, other: number): ExpressionSpecification => ['case', ['==', ['get', 'chosen'], true], chosen, other]
const kinds = (...of: string[]): ExpressionSpecification => ['match', ['geometry-type'], of, true, false] as unknown as ExpressionSpecification

export const MARKS = ['data-fill', 'data-line', 'data-point']

export const marks = (): LayerSpecification[] => [
  { id: 'data-coverage-fill', type: 'fill', source: 'data-coverage', paint: { 'fill-color': TONES.coverage, 'fill-opacity': 0.1 } },
  { id: 'data-coverage-edge', type: 'line', source: 'data-coverage', paint: { 'line-color': TONES.coverage, 'line-width': 2, 'line-dasharray': [4, 2] } },
  { id: 'data-fill', type: 'fill', source: 'data-shapes', filter: kinds('Polygon', 'MultiPolygon'), paint: { 'fill-color': colour, 'fill-opacity': ['case', ['==', ['get', 'chosen'], true], 0.5, 0.25] } },
  { id: 'data-case', type: 'line', source: 'data-shapes', filter: ['all', ['==', ['get', 'chosen'], true], kinds('LineString', 'MultiLineString', 'Polygon', 'MultiPolygon')], paint: { 'line-color': '#f2b705', 'line-width': 9, 'line-opacity': 0.8 } },
  { id: 'data-line', type: 'line', source: 'data-shapes', filter: ['all', ['!=', ['get', 'fate'], 'before'], kinds('LineString', 'MultiLineString', 'Polygon', 'MultiPolygon')], layout: { 'line-cap': 'round' }, paint: { 'line-color': colour, 'line-width': width(4, 2.4) } },
  { id: 'data-before', type: 'line', source: 'data-shapes', filter: ['==', ['get', 'fate'], 'before'], paint: { 'line-color': TONES.before, 'line-width': 2, 'line-dasharray': [2, 2] } },
  { id: 'data-point', type: 'circle', source: 'data-shapes', filter: kinds('Point', 'MultiPoint'), paint: { 'circle-color': colour, 'circle-radius': width(8, 5), 'circle-stroke-color': '#fff', 'circle-stroke-width': 1.5 } },
]
