/** Making the map itself. Kept apart so that MapLibre loads after the frame is on the screen. */
import { AttributionControl, Map as MapLibre, ScaleControl, setWorkerUrl, type RequestParameters } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { City, LayerInfo } from '../api/types'
import { t } from '../i18n'
import type { View } from '../state/url'
import { CJK_FONTS } from './style-labels'
import { mapStyle } from './style'

setWorkerUrl(workerUrl)

/** Keys of services outside are bound to the host of the page: they are told which it is, and nothing more of its address. */
export const asGuest = (url: string): RequestParameters | undefined =>
  /^https?:/.test(url) && !url.startsWith(`${location.origin}/`) ? { url, credentials: 'same-origin', referrerPolicy: 'origin' } : undefined

export function createMap(container: HTMLElement, city: City, known: readonly LayerInfo[], tiers: readonly string[], view: View | null, judged = true): MapLibre {
  const [west, south, east, north] = city.bounds
  const [dx, dy] = [east - west, north - south]
  const map = new MapLibre({
    container,
    style: mapStyle(city, known, tiers, location.origin, judged),
    ...(view ? { center: [view.lon, view.lat] as [number, number], zoom: view.zoom } : { bounds: city.bounds, fitBoundsOptions: { padding: 24 } }),
    // A phone's sheet lies over the lower half: the whole city must fit above it.
    maxBounds: [west - dx, south - 2.5 * dy, east + dx, north + dy],
    minZoom: 7,
    maxZoom: 21,
    localIdeographFontFamily: CJK_FONTS,
    transformRequest: asGuest,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 120,
    locale: { 'CooperativeGesturesHandler.MobileHelpText': t('map.twofingers') },
    cancelPendingTileRequestsWhileZooming: true,
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.addControl(new ScaleControl({ maxWidth: 120, unit: 'metric' }), 'bottom-left')
  map.addControl(new AttributionControl({ compact: true, customAttribution: 'CGCS2000' }), 'bottom-right')
  return map
}
