/** A place of the map is asked about: by the right button, or by a finger that stays. */
import type { Map as MapLibre, MapMouseEvent, MapTouchEvent } from 'maplibre-gl'

const STAYS_MS = 550
const STILL_PX = 8
const TWICE_MS = 800

export interface Asked {
  x: number
  y: number
  lon: number
  lat: number
}

export function onPlaceAsked(m: MapLibre, told: (place: Asked | null) => void): void {
  let timer: ReturnType<typeof setTimeout> | null = null
  let from = { x: 0, y: 0 }
  let [last, stayed] = [-Infinity, -Infinity]
  const stop = (): void => { if (timer) clearTimeout(timer); timer = null }
  const tell = (event: MapMouseEvent | MapTouchEvent): void => {
    last = performance.now()
    told({ x: event.point.x, y: event.point.y, lon: event.lngLat.lng, lat: event.lngLat.lat })
  }
  m.on('contextmenu', (event) => {
    event.preventDefault()
    stop()
    // A browser that makes a right click of a long press tells it twice.
    if (performance.now() - stayed > TWICE_MS) tell(event)
  })
  m.on('touchstart', (event) => {
    stop()
    if (event.points.length > 1) return
    from = event.point
    timer = setTimeout(() => { timer = null; stayed = performance.now(); tell(event) }, STAYS_MS)
  })
  m.on('touchmove', (event) => { if (Math.hypot(event.point.x - from.x, event.point.y - from.y) > STILL_PX) stop() })
  for (const end of ['touchend', 'touchcancel'] as const) m.on(end, stop)
  for (const gone of ['movestart', 'click'] as const) m.on(gone, () => { stop(); if (performance.now() - last > 300) told(null) })
}
