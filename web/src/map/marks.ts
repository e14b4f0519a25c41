/** Marks above the map: the pasted place, and the point of the terrain profile that is under the hand. */
import { Marker, type Map as MapLibre } from 'maplibre-gl'
import { watch } from 'vue'
import { t } from '../i18n'
import { profile, profileOpen, station } from '../state/profile'
import { place } from '../state/store'

const REACH_PX = 24

/** Keeps both marks in step with the state, and the strip in step with the hand on the map. */
export function followMarks(map: MapLibre): void {
  const pin = new Marker({ color: '#a3241c' }).setLngLat([0, 0])
  pin.getElement().dataset.test = 'pin'
  watch(() => place.pin, (at) => {
    if (!at) return void pin.remove()
    pin.setLngLat(at).addTo(map)
    pin.getElement().setAttribute('aria-label', t('pin.label'))
  }, { immediate: true })

  const dot = document.createElement('i')
  dot.className = 'profile-dot'
  dot.dataset.test = 'profile-dot'
  const spot = new Marker({ element: dot }).setLngLat([0, 0])
  watch(station, (number) => {
    const point = number === null ? undefined : profile.value?.points[number]
    if (!point) return void spot.remove()
    spot.setLngLat([point.lon, point.lat]).addTo(map)
  })
  map.on('mousemove', ({ point }) => {
    if (profileOpen.value && profile.value) station.value = nearestOnScreen(map, point.x, point.y)
  })
}

/** The station nearest to a pixel, null where none is in reach. */
function nearestOnScreen(map: MapLibre, x: number, y: number): number | null {
  let [best, least] = [null as number | null, REACH_PX]
  profile.value!.points.forEach(({ lon, lat }, i) => {
    const at = map.project([lon, lat])
    const off = Math.hypot(at.x - x, at.y - y)
    if (off < least) [best, least] = [i, off]
  })
  return best
}
