/** The exact shapes near the hand, asked by tile and kept: of the layers that are shown, and of no other. */
import type { Feature, Position } from 'geojson'
import { readShapes } from '../api/client'
import { isOn } from '../map/switches'
import { layers, place } from '../state/store'
import { linesOf } from '../util/geo'
import { shape, type Shape, type ShapeKind } from './snap'

/** Zoom of the tiles that are asked for: some 500 m wide. */
const CELL_ZOOM = 16
const CELLS = 2 ** CELL_ZOOM
const MOST_CELLS = 120
/** Layers to snap to, and below which zoom of the map they are too dense to be meant. */
const SOURCES: { layer: string; kind: ShapeKind; from: number }[] = [
  { layer: 'pipes', kind: 'pipes', from: 14 },
  { layer: 'pipe_points', kind: 'points', from: 15.5 },
  { layer: 'roads', kind: 'roads', from: 13 },
  { layer: 'road_surfaces', kind: 'kerb', from: 15.5 },
  { layer: 'planning', kind: 'parcel', from: 15 },
]

const kept = new Map<string, Shape[] | 'coming'>()
let arrived = (): void => undefined

/** What to do when shapes have come. */
export function onArrival(then: () => void): void {
  arrived = then
}

/** Shapes of the shown layers in the tiles within `reach` of a place of the plane; those not here yet are asked for. */
export function* shapesNear([x, y]: readonly [number, number], reach: number, zoom: number): Generator<Shape> {
  const span = (at: number): [number, number] => [Math.floor((at - reach) * CELLS), Math.floor((at + reach) * CELLS)]
  const [[x0, x1], [y0, y1]] = [span(x), span(y)]
  for (const { layer, kind, from } of SOURCES) {
    const known = layers.value.find((one) => one.name === layer)
    if (!known?.tiles || known.geometry === 'none' || zoom < from || !isOn(layer, place.switched) || (kind === 'points' && !isOn('pipes', place.switched))) continue
    for (let cx = x0; cx <= x1; cx++) {
      for (let cy = y0; cy <= y1; cy++) {
        for (const one of cell(known.tiles, known.version ?? null, kind, cx, cy)) if (shown(one)) yield one
      }
    }
  }
}

const utilities = new WeakMap<Shape, string>()
const OF_PIPES: readonly ShapeKind[] = ['pipes', 'points']
const shown = (one: Shape): boolean => !OF_PIPES.includes(one.kind) || isOn(`pipes.${utilities.get(one) ?? 'other'}`, place.switched)

function cell(tiles: string, version: string | null, kind: ShapeKind, x: number, y: number): Shape[] {
  const path = tiles.replace('{z}', String(CELL_ZOOM)).replace('{x}', String(x)).replace('{y}', String(y)).replace(/\.mvt$/, '.geojson')
  const key = version ? `${path}?v=${encodeURIComponent(version)}` : path
  const known = kept.get(key)
  if (known) return known === 'coming' ? [] : known
  kept.set(key, 'coming')
  if (kept.size > MOST_CELLS) kept.delete(kept.keys().next().value!)
  readShapes(key).then(
    (found) => {
      kept.set(key, found.features.flatMap((feature) => shapesOf(kind, feature)))
      arrived()
    },
    () => kept.delete(key), // asked again when the hand comes by again
  )
  return []
}

/** Forgets everything: the layers changed. */
export const forgetShapes = (): void => kept.clear()

function shapesOf(kind: ShapeKind, feature: Feature): Shape[] {
  const said = feature.properties ?? {}
  if (kind === 'parcel' && said.kind !== 'site_red_line') return []
  const closed = feature.geometry.type.endsWith('Polygon')
  const parts = feature.geometry.type === 'Point' ? [[feature.geometry.coordinates]] : linesOf(feature.geometry)
  return parts.map((line, i) => {
    const one = shape(kind, `${kind}/${feature.id ?? said.id}/${i}`, line.map(([lon, lat]): Position => [lon!, lat!]), closed)
    if (OF_PIPES.includes(kind)) utilities.set(one, typeof said.utility === 'string' ? said.utility : 'other')
    if (kind === 'points') one.named = String(said.kind ?? said.feature ?? '')
    return one
  })
}
