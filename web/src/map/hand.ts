/** What lies under the hand: a lit stretch first, then a line. */
import type { Map as MapLibre, MapGeoJSONFeature, PointLike } from 'maplibre-gl'
import { maybe, words } from '../i18n'
import { named, subject } from '../state/store'
import { metres } from '../util/format'

export const REACH = 5

export type Touched =
  | { kind: 'stretch'; finding: number | null; stretch: number; label: string; feature: MapGeoJSONFeature; id: number; outcome: string }
  | { kind: 'routes' | 'job'; id: string | number; label: string; outcome: string; feature: MapGeoJSONFeature }

export function chooseFrom(map: MapLibre, point: { x: number; y: number }, reach = REACH): Touched | null {
  const near: [PointLike, PointLike] = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]]
  const stretch = map.queryRenderedFeatures(near, { layers: ['badges-disc', 'stretches-core'] })[0]
  if (stretch) return asStretch(stretch)
  const ids = ['job-reach', 'routes-reach'].filter((id) => map.getLayer(id))
  const line = map.queryRenderedFeatures(near, { layers: ids })[0]
  if (!line) return null
  const kind = line.source === 'job' ? 'job' : 'routes'
  // A stored route's number is the id of its tile feature.
  const id = kind === 'job' ? Number(line.properties.row_no) : (line.id ?? (line.properties.id as number | undefined))
  if (id === undefined) return null
  return { kind, id, label: String(line.properties.route_id ?? ''), outcome: String(line.properties.outcome ?? 'undetermined'), feature: line }
}

function asStretch(feature: MapGeoJSONFeature): Touched {
  const { finding, stretch } = feature.properties as { finding: number | null; stretch: number }
  const found = finding === null ? null : subject.value?.verdict.findings[finding]
  const piece = found ? found.stretches?.[stretch] : subject.value?.pieces[stretch]
  const what = found ? words(found.title) || named('rule', found.rule) : ''
  const where = piece ? [piece.name || piece.id || maybe('class.off_road'), metres(piece.to_m - piece.from_m)].join(' · ') : ''
  return { kind: 'stretch', finding, stretch, label: [what, where].filter(Boolean).join('：'), feature, id: stretch, outcome: '' }
}

/** Remembers which line is under the hand and thickens it. */
export function hoverer(map: MapLibre): (feature: MapGeoJSONFeature | null) => void {
  let last: { source: string; sourceLayer?: string; id: string | number } | null = null
  return (feature) => {
    const known = feature?.source === 'routes' || feature?.source === 'job'
    const next = known && feature!.id !== undefined ? { source: feature!.source, ...(feature!.sourceLayer ? { sourceLayer: feature!.sourceLayer } : {}), id: feature!.id } : null
    if (last?.id === next?.id && last?.source === next?.source) return
    if (last) map.setFeatureState(last, { hover: false })
    if (next) map.setFeatureState(next, { hover: true })
    last = next
  }
}
