/** The drawing table on the map: lines in hand, their vertices, what is picked, and what one snaps to. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { FONT } from './style-labels'

export const TABLE_SOURCES = ['table-lines', 'table-points', 'table-snap'] as const
const ROLE: ExpressionSpecification = ['get', 'role']
const is = (role: string): ExpressionSpecification => ['==', ROLE, role]
const round = { 'line-cap': 'round', 'line-join': 'round' } as const

/** Lie under the stretches that decide. */
export function tableLines(): LayerSpecification[] {
  return [
    { id: 'table-other', type: 'line', source: 'table-lines', filter: is('other'), layout: round, paint: { 'line-color': ['get', 'colour'], 'line-width': 4, 'line-opacity': 0.75 } },
    { id: 'table-casing', type: 'line', source: 'table-lines', filter: ['in', ROLE, ['literal', ['line', 'hand']]], layout: round, paint: { 'line-color': '#ffffff', 'line-width': 10, 'line-opacity': 0.9 } },
    { id: 'table-line', type: 'line', source: 'table-lines', filter: is('line'), layout: round, paint: { 'line-color': ['get', 'colour'], 'line-width': 6 } },
    { id: 'table-hand', type: 'line', source: 'table-lines', filter: is('hand'), layout: { ...round, 'line-cap': 'butt' }, paint: { 'line-color': ['get', 'colour'], 'line-width': 5, 'line-dasharray': [2, 0.8] } },
    { id: 'table-stretch', type: 'line', source: 'table-lines', filter: is('stretch'), layout: round, paint: { 'line-color': '#f2b705', 'line-width': 9, 'line-opacity': 0.7 } },
    { id: 'table-beside', type: 'line', source: 'table-lines', filter: is('beside'), layout: round, paint: { 'line-color': '#134e6b', 'line-width': 4, 'line-dasharray': [1.6, 1.2] } },
  ]
}

/** Lie above everything. */
export function tablePoints(): LayerSpecification[] {
  const big: ExpressionSpecification = ['match', ROLE, 'chosen', 9, 'end', 6.5, 'vertex', 5.5, 4]
  const colour: ExpressionSpecification = ['match', ROLE, 'chosen', '#f2b705', 'middle', '#101214', '#ffffff']
  return [
    { id: 'table-arrow', type: 'symbol', source: 'table-lines', filter: is('line'), minzoom: 15, layout: { 'symbol-placement': 'line', 'symbol-spacing': 160, 'text-field': '▸', 'text-font': FONT, 'text-size': 16, 'text-keep-upright': false, 'text-allow-overlap': true, 'text-ignore-placement': true }, paint: { 'text-color': '#ffffff', 'text-halo-color': '#101214', 'text-halo-width': 1 } },
    {
      id: 'table-points', type: 'circle', source: 'table-points', layout: { 'circle-sort-key': ['match', ROLE, 'chosen', 3, 'end', 2, 'vertex', 1, 0] },
      paint: { 'circle-radius': big, 'circle-color': colour, 'circle-stroke-color': ['match', ROLE, 'middle', '#ffffff', '#101214'], 'circle-stroke-width': ['match', ROLE, 'middle', 1.5, 2.5], 'circle-opacity': ['match', ROLE, 'middle', 0.75, 1] },
    },
    { id: 'table-start', type: 'symbol', source: 'table-points', filter: ['has', 'label'], layout: { 'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 12, 'text-offset': [0, 1.3], 'text-allow-overlap': true }, paint: { 'text-color': '#101214', 'text-halo-color': '#ffffff', 'text-halo-width': 2 } },
    { id: 'table-snap-ring', type: 'circle', source: 'table-snap', paint: { 'circle-radius': ['match', ['get', 'part'], 'edge', 7, 10], 'circle-color': '#c2007a', 'circle-opacity': 0.12, 'circle-stroke-color': '#c2007a', 'circle-stroke-width': 2.5 } },
    { id: 'table-snap-words', type: 'symbol', source: 'table-snap', layout: { 'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 12.5, 'text-anchor': 'bottom', 'text-offset': [0, -1.1], 'text-allow-overlap': true, 'text-ignore-placement': true }, paint: { 'text-color': '#8f005a', 'text-halo-color': '#ffffff', 'text-halo-width': 2.2 } },
  ]
}
