/** What the card points at: the chosen line, its deciding stretches with numbers, the lit piece. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { DASHES } from '../outcomes'
import { FONT } from './style-labels'

export const OVERLAYS = ['chosen', 'stretches', 'badges', 'versions'] as const

const LIT: ExpressionSpecification = ['boolean', ['get', 'lit'], false]
const WORK: ExpressionSpecification = ['==', ['get', 'work'], true]
const round = { 'line-cap': 'round', 'line-join': 'round' } as const

function chosen(): LayerSpecification[] {
  const w = (extra: number): ExpressionSpecification => ['interpolate', ['linear'], ['zoom'], 10, 5 + extra, 16, 9 + extra, 19, 11 + extra]
  const stroke = (name: 'solid' | 'dashed' | 'dotted'): LayerSpecification => ({
    id: `chosen-${name}`, type: 'line', source: 'chosen', filter: ['==', ['get', 'stroke'], name],
    layout: { ...round, 'line-cap': name === 'dashed' ? 'butt' : 'round' },
    paint: { 'line-color': ['get', 'colour'], 'line-width': w(0), ...(name === 'solid' ? {} : { 'line-dasharray': DASHES[name] }) },
  })
  return [
    { id: 'chosen-halo', type: 'line', source: 'chosen', layout: round, paint: { 'line-color': ['get', 'colour'], 'line-width': w(14), 'line-opacity': 0.22 } },
    { id: 'chosen-casing', type: 'line', source: 'chosen', layout: round, paint: { 'line-color': '#ffffff', 'line-width': w(5) } },
    stroke('solid'), stroke('dashed'), stroke('dotted'),
  ]
}

function stretches(): LayerSpecification[] {
  const w = (thin: number, thick: number): ExpressionSpecification =>
    ['interpolate', ['linear'], ['zoom'], 11, ['case', LIT, thick * 0.7, thin * 0.7], 16, ['case', LIT, thick, thin]]
  const flat = { 'line-cap': 'butt', 'line-join': 'round' } as const
  return [
    { id: 'stretches-glow', type: 'line', source: 'stretches', filter: LIT, layout: round, paint: { 'line-color': '#f2b705', 'line-width': w(0, 26), 'line-opacity': 0.55, 'line-blur': 4 } },
    { id: 'stretches-casing', type: 'line', source: 'stretches', layout: { ...flat, 'line-sort-key': ['case', LIT, 1, 0] }, paint: { 'line-color': '#ffffff', 'line-width': w(4.6, 14) } },
    { id: 'stretches-core', type: 'line', source: 'stretches', layout: { ...flat, 'line-sort-key': ['case', LIT, 1, 0] }, paint: { 'line-color': '#101214', 'line-width': w(2.6, 7) } },
    { id: 'stretches-reach', type: 'line', source: 'stretches', layout: round, paint: { 'line-color': '#000000', 'line-opacity': 0, 'line-width': 22 } },
  ]
}

/** Numbers stand above all names, and names keep clear of them. */
export function badgeLayers(): LayerSpecification[] {
  return [
    {
      id: 'badges-disc', type: 'circle', source: 'badges',
      layout: { 'circle-sort-key': ['case', LIT, 1, 0] },
      paint: {
        'circle-radius': ['+', ['case', LIT, 13, 10], ['*', 3, ['-', ['length', ['get', 'number']], 1]]], 'circle-color': ['case', LIT, '#f2b705', WORK, '#CC79A7', '#101214'],
        'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2.5, 'circle-translate': [0, -18],
      },
    },
    {
      id: 'badges-number', type: 'symbol', source: 'badges',
      layout: { 'text-field': ['get', 'number'], 'text-font': FONT, 'text-size': 12, 'text-allow-overlap': true, 'text-padding': 8 },
      paint: { 'text-color': ['case', LIT, '#101214', WORK, '#2a0d1d', '#ffffff'], 'text-translate': [0, -18] },
    },
  ]
}

/** Two versions: the old line thin, grey and dashed; the new one as its verdict; what went with crosses, what came with a glow.
 * Of an owner's sheet: its line, and a glow at the row under the hand. */
function versions(): LayerSpecification[] {
  const of = (role: string): ExpressionSpecification => ['==', ['get', 'role'], role]
  const w = (thin: number): ExpressionSpecification => ['interpolate', ['linear'], ['zoom'], 11, thin * 0.7, 16, thin, 19, thin * 1.3]
  const line = (id: string, role: string, paint: object, layout: object = round): LayerSpecification =>
    ({ id: `versions-${id}`, type: 'line', source: 'versions', filter: of(role), layout, paint }) as LayerSpecification
  return [
    line('added-glow', 'added', { 'line-color': '#f2b705', 'line-width': w(20) }),
    line('lit', 'lit', { 'line-color': '#f2b705', 'line-width': w(18), 'line-opacity': 0.5 }), // above what is shown of a line under review
    line('removed-glow', 'removed', { 'line-color': '#a3241c', 'line-width': w(15), 'line-opacity': 0.28 }),
    line('new-casing', 'new', { 'line-color': '#ffffff', 'line-width': w(11) }),
    line('new', 'new', { 'line-color': ['get', 'colour'], 'line-width': w(7) }),
    line('old-casing', 'old', { 'line-color': '#ffffff', 'line-width': w(4.5) }),
    line('old', 'old', { 'line-color': '#4d555b', 'line-width': w(3), 'line-dasharray': [2, 1.6] }, { 'line-cap': 'butt', 'line-join': 'round' }),
  ]
}

export const overlayLayers = (): LayerSpecification[] => [...chosen(), ...stretches(), ...versions()]
