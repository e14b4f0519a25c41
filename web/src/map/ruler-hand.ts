/** The ruler on the map: what was put down, the leg under the hand, and points that can be dragged. Loaded when somebody measures. */
import { watch } from 'vue'
import type { Feature, Position } from 'geojson'
import type { Map as MapLibre, MapMouseEvent, MapTouchEvent } from 'maplibre-gl'
import { aim, move, rest, rested, ruling, spots, takeLast, towards } from '../state/ruler'
import { snap } from '../state/snapping'
import type { TableHand } from './draw'
import { setData } from './sync'

const RED = '#b00020'
const REACH = 10
let dragging = false
const ROUND = { 'line-cap': 'round', 'line-join': 'round' } as const

/** Where a point goes that is put at a place: as on the drawing table, but not back to the one that was put last. */
export const ruledAt = (hand: TableHand, at: Position): Position => hand.ruled(at, [spots.value.slice(0, -1)])

export function followRuler(m: MapLibre, hand: TableHand): void {
  if (m.getSource('ruler')) return
  m.addSource('ruler', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
  m.addLayer({ id: 'ruler-area', type: 'fill', source: 'ruler', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': RED, 'fill-opacity': 0.1 } })
  m.addLayer({ id: 'ruler-casing', type: 'line', source: 'ruler', filter: ['==', ['geometry-type'], 'LineString'], layout: ROUND, paint: { 'line-color': '#ffffff', 'line-width': 6 } })
  m.addLayer({ id: 'ruler-line', type: 'line', source: 'ruler', filter: ['==', ['geometry-type'], 'LineString'], layout: ROUND, paint: { 'line-color': RED, 'line-width': 2.5 } })
  m.addLayer({ id: 'ruler-spots', type: 'circle', source: 'ruler', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 5, 'circle-color': '#ffffff', 'circle-stroke-color': RED, 'circle-stroke-width': 2.5 } })
  watch([ruling, spots, towards], () => setData(m, 'ruler', { type: 'FeatureCollection', features: ruling.value ? drawn() : [] }), { immediate: true })
  watch(ruling, (now) => {
    m.getCanvas().style.cursor = now ? 'crosshair' : ''
    m.doubleClickZoom[now ? 'disable' : 'enable']()
    if (now) hand.foresee()
    else snap.value = null
  }, { immediate: true })
  let last = hand.over // it may have come to rest before this was loaded
  const follow = (): void => {
    if (!ruling.value || !last || dragging) return
    if (rested.value) snap.value = null
    else aim(ruledAt(hand, last))
  }
  hand.arrived = follow
  m.on('moveend', () => { if (ruling.value) hand.foresee() })
  m.on('mousemove', ({ lngLat }) => { last = [lngLat.lng, lngLat.lat]; follow() })
  m.on('dblclick', () => finish(m))
  m.on('mouseout', () => { last = towards.value = null })
  follow()
  m.on('mousedown', (event) => grasp(m, hand, event, 'mousemove', ['mouseup']))
  m.on('touchstart', (event) => { if (event.points.length === 1) grasp(m, hand, event, 'touchmove', ['touchend', 'touchcancel']) })
}

function drawn(): Feature[] {
  const points = [...spots.value]
  const reach: Position[] = towards.value ? [...points, towards.value] : points
  const closed = ruling.value === 'area' && reach.length > 2 ? [...reach, reach[0]!] : reach
  const out: Feature[] = points.map((at) => ({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: at } }))
  if (closed.length > 1) out.push({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: closed } })
  if (closed.length > reach.length) out.push({ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [closed] } })
  return out
}

/** Both clicks of a double click have put a point, a trembling hand two of them: one stays, and the measuring rests. */
function finish(m: MapLibre): void {
  if (!ruling.value) return
  const [before, last] = spots.value.slice(-2).map((spot) => m.project(spot as [number, number]))
  if (before && last && Math.hypot(before.x - last.x, before.y - last.y) <= REACH) takeLast()
  rest()
}

/** A point under the hand goes with it until it is let go, wherever that is; the map stays. */
function grasp(m: MapLibre, hand: TableHand, event: MapMouseEvent | MapTouchEvent, moves: 'mousemove' | 'touchmove', ends: readonly ('mouseup' | 'touchend' | 'touchcancel')[]): void {
  if (!ruling.value) return
  const near = spots.value.findIndex((spot) => {
    const at = m.project(spot as [number, number])
    return Math.hypot(at.x - event.point.x, at.y - event.point.y) <= (moves === 'touchmove' ? 2 * REACH : REACH)
  })
  if (near < 0) return
  event.preventDefault()
  const drag = ({ lngLat }: MapMouseEvent | MapTouchEvent): void => {
    towards.value = null
    move(near, hand.ruled([lngLat.lng, lngLat.lat], [spots.value.slice(0, near), spots.value.slice(near + 1)]))
  }
  m.on(moves, drag)
  const loose = new AbortController()
  dragging = true
  loose.signal.addEventListener('abort', () => { m.off(moves, drag); dragging = false; snap.value = null })
  for (const end of ends) addEventListener(end, () => loose.abort(), { signal: loose.signal, capture: true })
}
