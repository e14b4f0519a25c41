/** Measuring by hand: points on the map, a figure at once, the server's figure as soon as it is there. */
import { computed, ref, shallowRef, watch } from 'vue'
import type { LineString, Polygon, Position } from 'geojson'
import { measure, type Ruled } from '../api/places'
import { explain } from '../i18n'
import { areaOf_m2, length_m } from '../util/geo'
import { Latest } from '../util/latest'
import { phase } from './drawing'

export type Ruling = 'line' | 'area'

/** What is measured; null: nobody measures. */
export const ruling = ref<Ruling | null>(null)
export const spots = shallowRef<readonly Position[]>([])
/** The hand, while it goes to the next point. */
export const towards = shallowRef<Position | null>(null)
export const ruled = shallowRef<Ruled | null>(null)
/** The last point is put: the hand is no longer followed, until it puts another. */
export const rested = ref(false)
export const rulerError = ref('')

type Shape = LineString | Polygon
const shape = computed<Shape | null>(() => {
  const points = [...spots.value]
  if (ruling.value === 'area') return points.length > 2 ? { type: 'Polygon', coordinates: [[...points, points[0]!]] } : null
  return ruling.value && points.length > 1 ? { type: 'LineString', coordinates: points } : null
})

/** Metres and square metres as the page itself sees them, with the hand as the next point. On the ellipsoid: the plane differs from it by
 * some millimetres a kilometre near the central meridian, by decimetres at the edge of its zone. */
export const rough = computed(() => {
  const points = towards.value ? [...spots.value, towards.value] : [...spots.value]
  const closed = ruling.value === 'area' && points.length > 2 ? [...points, points[0]!] : points
  return { length_m: length_m(closed), area_m2: ruling.value === 'area' ? areaOf_m2(points) : 0 }
})

const asking = new Latest<Shape, Ruled>(
  (now, signal) => measure(now, signal),
  (found, about) => { if (about === shape.value) [ruled.value, rulerError.value] = [found, ''] },
  (error) => { rulerError.value = explain(error) },
)
watch(shape, (now) => {
  ruled.value = null
  rulerError.value = ''
  if (now) asking.ask(now)
  else asking.stop()
})

export function rule(what: Ruling | null): void {
  if (what === null || ruling.value === null) spots.value = []
  towards.value = null
  rested.value = false
  ruling.value = what
}
export const flipRuler = (): void => rule(ruling.value || phase.value === 'drawing' ? null : 'line')
export const put = (at: Position): void => {
  const last = spots.value[spots.value.length - 1]
  if (!last || last[0] !== at[0] || last[1] !== at[1]) spots.value = [...spots.value, at]
  towards.value = null
  rested.value = false
}
export const aim = (at: Position): void => { if (ruling.value && spots.value.length && !rested.value) towards.value = at }
export function rest(): void {
  rested.value = true
  towards.value = null
}
export const move = (index: number, to: Position): void => { spots.value = spots.value.map((spot, at) => (at === index ? to : spot)) }
export const takeLast = (): void => {
  spots.value = spots.value.slice(0, -1)
  rested.value = false
}
export const clearSpots = (): void => {
  spots.value = []
  towards.value = null
  rested.value = false
}
