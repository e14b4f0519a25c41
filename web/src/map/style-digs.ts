/** Joint digs on the map: bands under works in the colours of their utilities. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { FONT } from './style-labels'

/** GeoJSON sources of the digs, and the property that names a feature of each. */
export const DIG_SOURCES: Record<string, string> = { 'dig-bands': 'match_id', 'dig-works': 'work_id', 'dig-badges': 'dig' }
export const BAND = '#CC79A7'

const round = { 'line-cap': 'round', 'line-join': 'round' } as const
const LIT: ExpressionSpecification = ['boolean', ['feature-state', 'lit'], false]
const has = (name: string): ExpressionSpecification => ['boolean', ['get', name], false]
const wide = (far: number, near: number, extra: ExpressionSpecification | number = 0): ExpressionSpecification =>
  ['interpolate', ['linear'], ['zoom'], 11, ['+', far, extra], 15, ['+', (far + near) / 2, extra], 18, ['+', near, extra]]

function bandLayers(): LayerSpecification[] {
  const source = 'dig-bands'
  const opacity: ExpressionSpecification = ['case', LIT, 0.95, has('chosen'), 0.9, has('shown'), 0.62, 0.2]
  return [
    { id: 'dig-bands-apart', type: 'line', source, filter: ['!', has('joined')], layout: { 'line-join': 'round' }, paint: { 'line-color': BAND, 'line-width': wide(5, 14), 'line-opacity': ['case', LIT, 0.75, has('shown'), 0.34, 0.12], 'line-dasharray': [0.8, 0.5] } },
    { id: 'dig-bands-edge', type: 'line', source, filter: ['all', has('joined'), has('chosen')], layout: round, paint: { 'line-color': '#7a2f57', 'line-width': wide(11, 30) } },
    { id: 'dig-bands-joint', type: 'line', source, filter: has('joined'), layout: round, paint: { 'line-color': BAND, 'line-width': wide(8, 26), 'line-opacity': opacity } },
  ]
}

function workLayers(): LayerSpecification[] {
  const source = 'dig-works'
  const more: ExpressionSpecification = ['case', ['any', LIT, has('chosen')], 3, 0]
  const opacity: ExpressionSpecification = ['case', ['any', LIT, has('chosen'), has('shown')], 1, 0.28]
  const sorted = { ...round, 'line-sort-key': ['case', has('chosen'), 2, has('shown'), 1, 0] as ExpressionSpecification }
  return [
    { id: 'dig-works-lit', type: 'line', source, layout: round, paint: { 'line-color': '#f2b705', 'line-width': wide(8, 16), 'line-opacity': ['case', ['any', LIT, has('chosen')], 0.85, 0] } },
    { id: 'dig-works-paving', type: 'line', source, filter: has('paves'), layout: { 'line-join': 'round' }, paint: { 'line-color': ['get', 'colour'], 'line-width': wide(3, 9), 'line-opacity': opacity, 'line-dasharray': [1, 0.6] } },
    { id: 'dig-works-casing', type: 'line', source, filter: ['!', has('paves')], layout: sorted, paint: { 'line-color': ['case', has('bad'), '#a3241c', '#3b4146'], 'line-width': wide(2.6, 6.4, more), 'line-opacity': opacity } },
    { id: 'dig-works-line', type: 'line', source, filter: ['!', has('paves')], layout: sorted, paint: { 'line-color': ['get', 'colour'], 'line-width': wide(1.5, 4.4, more), 'line-opacity': opacity } },
    { id: 'dig-works-reach', type: 'line', source, layout: round, paint: { 'line-color': '#000000', 'line-opacity': 0, 'line-width': 18 } },
  ]
}

export const digLayers = (): LayerSpecification[] => [...bandLayers(), ...workLayers()]

/** Numbers stand above all names. */
export function digBadgeLayers(): LayerSpecification[] {
  const source = 'dig-badges'
  const size: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 11.5, 12, 13, 13]
  const layout = { 'text-field': ['get', 'label'] as ExpressionSpecification, 'text-font': FONT, 'text-size': size, 'text-allow-overlap': true, 'text-padding': 6 }
  return [
    { id: 'dig-badges-disc', type: 'circle', source, minzoom: 11, paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 11.5, ['case', has('chosen'), 12, 8.5], 13, ['case', has('chosen'), 14, 11]], 'circle-color': ['case', has('joined'), BAND, '#d8d3c9'], 'circle-stroke-color': ['case', has('chosen'), '#7a2f57', '#ffffff'], 'circle-stroke-width': 2.5, 'circle-opacity': ['case', has('shown'), 1, 0.35], 'circle-stroke-opacity': ['case', has('shown'), 1, 0.35] } },
    { id: 'dig-badges-number', type: 'symbol', source, minzoom: 11, layout, paint: { 'text-color': '#2a0d1d', 'text-opacity': ['case', has('shown'), 1, 0.4] } },
    {
      id: 'dig-works-name', type: 'symbol', source: 'dig-works', minzoom: 15.6, filter: ['any', has('shown'), has('chosen')],
      layout: { 'symbol-placement': 'line-center', 'text-field': ['get', 'work_id'], 'text-font': FONT, 'text-size': 12, 'text-offset': [0, -1.1], 'text-max-angle': 60 },
      paint: { 'text-color': '#1d2226', 'text-halo-color': 'rgba(255,255,255,0.92)', 'text-halo-width': 1.6 },
    },
  ]
}
