/** Proposed lines, coloured and stroked by verdict; the same for stored routes and for a job's results. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { DASHES, listed, look, type Stroke } from '../outcomes'

const STROKES: Stroke[] = ['dotted', 'dashed', 'solid']
const OUTCOME: ExpressionSpecification = ['coalesce', ['get', 'outcome'], 'undetermined']

/** `match` on the outcome over all outcomes of the pack. */
function byOutcome(tiers: readonly string[], value: (id: string) => string | number): ExpressionSpecification {
  const pairs = listed(tiers).flatMap((id) => [id, value(id)])
  return ['match', OUTCOME, ...pairs, value('undetermined')] as unknown as ExpressionSpecification
}

function width(tiers: readonly string[], extra: number): ExpressionSpecification {
  const weight = byOutcome(tiers, (id) => look(id, tiers).weight)
  const grown: ExpressionSpecification = ['case', ['boolean', ['feature-state', 'hover'], false], 1.7, 1]
  const at = (pixels: number): ExpressionSpecification => ['+', extra, ['*', pixels, weight, grown]]
  return ['interpolate', ['linear'], ['zoom'], 10, at(1.6), 13, at(2.5), 16, at(3.8), 19, at(6)]
}

export function routeLayers(source: 'routes' | 'job', tiers: readonly string[]): LayerSpecification[] {
  const layer = source === 'routes' ? { 'source-layer': 'routes' } : {}
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const
  const casing: LayerSpecification = {
    id: `${source}-casing`, type: 'line', source, ...layer, layout: round,
    paint: { 'line-color': '#ffffff', 'line-width': width(tiers, 2.4), 'line-opacity': 0.9 },
  }
  const strokes = STROKES.map((stroke): LayerSpecification => ({
    id: `${source}-${stroke}`, type: 'line', source, ...layer,
    filter: ['in', OUTCOME, ['literal', outcomesWith(stroke, tiers)]],
    layout: { ...round, 'line-cap': stroke === 'dashed' ? 'butt' : 'round' },
    paint: {
      'line-color': byOutcome(tiers, (id) => look(id, tiers).colour),
      'line-width': width(tiers, 0),
      ...(stroke === 'solid' ? {} : { 'line-dasharray': DASHES[stroke] }),
    },
  }))
  const reach: LayerSpecification = {
    id: `${source}-reach`, type: 'line', source, ...layer, layout: round,
    paint: { 'line-color': '#000000', 'line-opacity': 0, 'line-width': 18 },
  }
  return [casing, ...strokes, reach]
}

const outcomesWith = (stroke: Stroke, tiers: readonly string[]): string[] => listed(tiers).filter((id) => look(id, tiers).stroke === stroke)

export const ROUTE_IDS = (source: 'routes' | 'job'): string[] => [`${source}-casing`, ...STROKES.map((s) => `${source}-${s}`), `${source}-reach`, `${source}-label`]
