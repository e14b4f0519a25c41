/** Shows the site and what is known of it on the map, and tells the panel which part is under the hand. Loaded with the first site. */
import { watch } from 'vue'
import type { ExpressionSpecification, Map as MapLibre } from 'maplibre-gl'
import { judged, siteLines, siteLit, where } from '../state/site'
import { place, tiers } from '../state/store'
import { siteFeatures } from './site-features'
import { setData } from './sync'

const LIT: ExpressionSpecification = ['boolean', ['get', 'lit'], false]
const of = (...roles: string[]): ExpressionSpecification => ['in', ['get', 'role'], ['literal', roles]]
const kind = (type: string): ExpressionSpecification => ['==', ['geometry-type'], type]
const ROUND = { 'line-cap': 'round', 'line-join': 'round' } as const
/** What is lit lies above the rest. */
const LIT_LAST = { ...ROUND, 'line-sort-key': ['case', LIT, 1, 0] as ExpressionSpecification }
const REACH = 8

/** Adds the layers once; from then on they follow the state. */
export function followSiteOn(m: MapLibre): void {
  if (m.getSource('site')) return
  m.addSource('site', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
  const colour: ExpressionSpecification = ['get', 'colour']
  m.addLayer({ id: 'site-area', type: 'fill', source: 'site', filter: ['all', of('site', 'near'), kind('Polygon')], paint: { 'fill-color': colour, 'fill-opacity': 0.16 } })
  m.addLayer({ id: 'site-edge', type: 'line', source: 'site', filter: ['all', of('site', 'near'), ['!=', ['geometry-type'], 'Point']], layout: ROUND, paint: { 'line-color': colour, 'line-width': 2.5 } })
  m.addLayer({ id: 'site-glow', type: 'line', source: 'site', filter: ['all', of('main', 'line'), LIT], layout: ROUND, paint: { 'line-color': '#f2b705', 'line-width': 16 } })
  m.addLayer({ id: 'site-casing', type: 'line', source: 'site', filter: of('main', 'line'), layout: LIT_LAST, paint: { 'line-color': '#ffffff', 'line-width': ['case', LIT, 8, 6] } })
  m.addLayer({ id: 'site-lines', type: 'line', source: 'site', filter: of('main', 'line'), layout: LIT_LAST, paint: { 'line-color': colour, 'line-width': ['case', LIT, 5, 3] } })
  m.addLayer({ id: 'site-hops', type: 'line', source: 'site', filter: ['all', of('hop'), LIT], paint: { 'line-color': '#101214', 'line-width': 2, 'line-dasharray': [3, 2] } })
  m.addLayer({ id: 'site-thing', type: 'circle', source: 'site', filter: ['all', of('near'), kind('Point')], paint: { 'circle-radius': 9, 'circle-color': colour, 'circle-stroke-color': '#f2b705', 'circle-stroke-width': 4 } })
  m.addLayer({ id: 'site-ring', type: 'circle', source: 'site', filter: ['all', of('site'), kind('Point')], paint: { 'circle-radius': 13, 'circle-color': '#134e6b', 'circle-opacity': 0.18, 'circle-stroke-color': '#134e6b', 'circle-stroke-width': 2.5 } })
  m.addLayer({ id: 'site-dot', type: 'circle', source: 'site', filter: ['all', of('site'), kind('Point')], paint: { 'circle-radius': 5, 'circle-color': '#134e6b', 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2 } })
  const shown = (): boolean => (place.room === 'map' && place.tab === 'site') || (place.room === 'survey' && place.survey.tab === 'site')
  watch([where, () => place.room, () => place.tab, () => place.survey.tab, judged, siteLines, siteLit, tiers], () =>
    setData(m, 'site', siteFeatures(shown() ? where.value : [], judged.value, siteLines.value, siteLit.value, tiers.value)), { immediate: true })
  m.on('mousemove', (event) => {
    if (!shown()) return
    const { x, y } = event.point
    const under = m.queryRenderedFeatures([[x - REACH, y - REACH], [x + REACH, y + REACH]], { layers: ['site-lines'] })[0]
    const key = under ? String(under.properties.key) : null
    if (key !== siteLit.value && (key || hovered)) siteLit.value = key
    hovered = key !== null
  })
}

/** Was it the map that lit something? What a card lit is not put out by a hand that crosses the map. */
let hovered = false
