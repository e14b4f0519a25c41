/** The map's style: sources and layers, bottom to top. Pure: the same input gives the same style. */
import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import type { Background, City, LayerInfo } from '../api/types'
import { DIG_SOURCES, digBadgeLayers, digLayers } from './style-digs'
import { groundLayers } from './style-ground'
import { labelLayers } from './style-labels'
import { badgeLayers, overlayLayers, OVERLAYS } from './style-overlays'
import { routeLayers } from './style-routes'
import { GROUND } from './palette'

export const MAX_TILE_ZOOM = 18
const EMPTY = { type: 'FeatureCollection' as const, features: [] }

/** `origin` makes tile addresses absolute, which MapLibre's worker needs; `judged`: may the reader see the proposed lines? */
export function mapStyle(city: City, known: readonly LayerInfo[], tiers: readonly string[], origin: string, judged = true): StyleSpecification {
  const sources: Record<string, SourceSpecification> = {}
  for (const layer of known) if (layer.tiles && layer.geometry !== 'none') sources[layer.name] = tileSource(layer, city, origin)
  // Where an owner opens no more of its pipes, the square in which they lie is all that is told.
  const pipes = known.find((layer) => layer.name === 'pipes' && layer.tiles)
  if (pipes) sources.pipe_squares = tileSource({ ...pipes, tiles: pipes.tiles!.replace('/pipes/', '/pipe_squares/') }, city, origin)
  for (const one of city.backgrounds ?? []) Object.assign(sources, backgroundSources(one))
  if (judged) sources.routes ??= vector(`${origin}/tiles/routes/{z}/{x}/{y}.mvt`, city)
  for (const name of OVERLAYS) sources[name] = { type: 'geojson', data: EMPTY }
  for (const [name, promoteId] of Object.entries(DIG_SOURCES)) sources[name] = { type: 'geojson', data: EMPTY, promoteId }
  sources.job = { type: 'geojson', data: EMPTY, promoteId: 'row_no' }
  const layers: LayerSpecification[] = [
    { id: 'land', type: 'background', paint: { 'background-color': GROUND.land } },
    ...groundLayers(city.backgrounds ?? []),
    ...routeLayers('routes', tiers),
    ...routeLayers('job', tiers),
    ...overlayLayers(),
    ...digLayers(),
    ...labelLayers(),
    ...badgeLayers(),
    ...digBadgeLayers(),
  ]
  return { version: 8, name: 'waixian', sources, layers: layers.filter((layer) => !('source' in layer) || layer.source in sources) }
}

/** A background, and the names above it. */
function backgroundSources(one: Background): Record<string, SourceSpecification> {
  const of = (tiles: string): SourceSpecification => ({ type: 'raster', tiles: [tiles], tileSize: 256, maxzoom: one.deepest, attribution: one.attribution })
  return { [one.name]: of(one.tiles[0]), [`${one.name}.names`]: of(one.tiles[1]) }
}

function tileSource(layer: LayerInfo, city: City, origin: string): SourceSpecification {
  const path = layer.version ? `${layer.tiles!}?v=${encodeURIComponent(layer.version)}` : layer.tiles!
  const address = path.startsWith('/') ? origin + path : path
  if (layer.geometry === 'raster') return { type: 'raster', tiles: [address], tileSize: 256, maxzoom: 19, bounds: city.bounds }
  return vector(address, city)
}

function vector(address: string, city: City): SourceSpecification {
  return { type: 'vector', tiles: [address], minzoom: 0, maxzoom: MAX_TILE_ZOOM, bounds: city.bounds }
}
