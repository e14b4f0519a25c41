/** Shows a live room on the map, and tells the room what the hand does there. Loaded with the first survey. */
import { Marker, type ExpressionSpecification, type Map as MapLibre, type MapMouseEvent } from 'maplibre-gl'
import { watch } from 'vue'
import type { Feature, Position } from 'geojson'
import { t } from '../i18n'
import { ruling } from '../state/ruler'
import { place } from '../state/store'
import { call, pickSite, survey } from '../state/survey'
import { roomFeatures, standings } from '../survey/features'
import { FONT as FONTS } from './style-labels'
import { initials, letterColour } from '../survey/people'
import { colourFor, following, journal, live, me, nameFor, passing, pointAt, pointed, pointers, shareView } from '../survey/room'
import { aim, finish, points, put, tool } from '../survey/tools'
import { setData } from './sync'

const COLOUR: ExpressionSpecification = ['get', 'colour']
const of = (...roles: string[]): ExpressionSpecification => ['in', ['get', 'role'], ['literal', roles]]
const ROUND = { 'line-cap': 'round', 'line-join': 'round' } as const
const FONT = { 'text-font': FONTS, 'text-size': 13, 'text-anchor': 'left', 'text-offset': [0.9, 0] as [number, number], 'text-max-width': 14, 'text-optional': true } as const
const HALO = { 'text-color': '#1d2226', 'text-halo-color': '#ffffff', 'text-halo-width': 2 } as const
const ACT = '#134e6b'

/** Adds the layers once; from then on they follow the state. */
export function followSurveyOn(m: MapLibre): void {
  if (m.getSource('survey')) return
  addLayers(m)
  followShapes(m)
  followPeople(m)
  m.on('mousemove', (event) => onMove(m, event))
  m.on('mouseout', () => { aim.value = null })
  m.on('click', (event) => onClick(event))
  m.on('dblclick', (event) => { if (shown() && tool.value) { event.preventDefault(); void finish() } })
  for (const hand of ['mousedown', 'touchstart', 'wheel'] as const) m.on(hand, () => { following.value = null })
  m.on('moveend', () => shareView(undefined))
  watch(() => ({ ...place.switched }), () => shareView(undefined))
}

const shown = (): boolean => place.room === 'survey' || place.room === 'guest'

function addLayers(m: MapLibre): void {
  m.addSource('survey', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
  m.addSource('survey-pen', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
  m.addLayer({ id: 'survey-area', type: 'fill', source: 'survey', filter: ['all', of('site', 'drawing'), ['==', ['geometry-type'], 'Polygon']], paint: { 'fill-color': ['coalesce', COLOUR, ACT], 'fill-opacity': 0.14 } })
  m.addLayer({ id: 'survey-round', type: 'fill', source: 'survey', filter: of('round'), paint: { 'fill-color': COLOUR, 'fill-opacity': 0.14 } })
  m.addLayer({ id: 'survey-round-edge', type: 'line', source: 'survey', filter: of('round'), paint: { 'line-color': COLOUR, 'line-width': 1.5 } })
  m.addLayer({ id: 'survey-trail-casing', type: 'line', source: 'survey', filter: of('trail'), layout: ROUND, paint: { 'line-color': '#ffffff', 'line-width': 6, 'line-opacity': 0.7 } })
  m.addLayer({ id: 'survey-trail', type: 'line', source: 'survey', filter: of('trail'), layout: ROUND, paint: { 'line-color': COLOUR, 'line-width': 3, 'line-dasharray': [0.2, 1.8] } })
  m.addLayer({ id: 'survey-casing', type: 'line', source: 'survey', filter: of('drawing', 'site'), layout: ROUND, paint: { 'line-color': '#ffffff', 'line-width': 6 } })
  m.addLayer({ id: 'survey-line', type: 'line', source: 'survey', filter: of('drawing', 'site'), layout: ROUND, paint: { 'line-color': ['coalesce', COLOUR, ACT], 'line-width': 3 } })
  m.addLayer({ id: 'survey-site-casing', type: 'circle', source: 'survey', filter: ['all', of('site'), ['==', ['geometry-type'], 'Point']], paint: { 'circle-radius': 14, 'circle-color': '#ffffff', 'circle-opacity': 0.5, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2 } })
  m.addLayer({ id: 'survey-site', type: 'circle', source: 'survey', filter: ['all', of('site'), ['==', ['geometry-type'], 'Point']], paint: { 'circle-radius': 12, 'circle-color': ACT, 'circle-opacity': 0.18, 'circle-stroke-color': ACT, 'circle-stroke-width': 2.5 } })
  m.addLayer({ id: 'survey-pin', type: 'circle', source: 'survey', filter: of('pin'), paint: { 'circle-radius': 7, 'circle-color': COLOUR, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2.5 } })
  m.addLayer({ id: 'survey-label', type: 'symbol', source: 'survey', filter: of('pin', 'drawing'), layout: { ...FONT, 'text-field': ['get', 'label'] }, paint: HALO })
  m.addLayer({ id: 'survey-pen', type: 'line', source: 'survey-pen', layout: ROUND, paint: { 'line-color': '#101214', 'line-width': 2.5, 'line-dasharray': [2, 1.5] } })
  m.addLayer({ id: 'survey-pen-dots', type: 'circle', source: 'survey-pen', paint: { 'circle-radius': 5, 'circle-color': '#ffffff', 'circle-stroke-color': '#101214', 'circle-stroke-width': 2 } })
}

function followShapes(m: MapLibre): void {
  watch([journal, survey, passing, () => place.room, () => place.survey.id, call], () => {
    const open = shown() && place.survey.id !== null
    setData(m, 'survey', open ? roomFeatures(survey.value, journal.value, standings(journal.value, passing), colourFor) : { type: 'FeatureCollection', features: called() })
  }, { immediate: true })
  watch([points, aim, tool, ruling, () => place.room], () => {
    const line = shown() ? [...points.value, ...(aim.value && tool.value !== 'pin' && points.value.length ? [aim.value] : [])] : []
    const features: Feature[] = points.value.map((at) => ({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: at } }))
    if (line.length > 1) features.push({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: tool.value === 'area' && line.length > 2 ? [...line, line[0]!] : line } })
    setData(m, 'survey-pen', { type: 'FeatureCollection', features: shown() ? features : [] })
    m.getCanvas().style.cursor = (shown() && (tool.value || call.picking)) || ruling.value ? 'crosshair' : ''
    m.doubleClickZoom[tool.value || ruling.value ? 'disable' : 'enable']()
  }, { immediate: true })
  watch(() => call.picking, (now) => { m.getCanvas().style.cursor = now ? 'crosshair' : '' })
}

/** The site of a survey that is being called. */
function called(): Feature[] {
  if (!shown() || !call.open || !call.site.length) return []
  const properties = { role: 'site' }
  return [call.site.length < 3 ? { type: 'Feature', properties, geometry: { type: 'Point', coordinates: call.site[0]! } } : { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [[...call.site, call.site[0]!]] } }]
}

/** Pointers glide, positions stand; each bears the name of whose it is. */
function followPeople(m: MapLibre): void {
  const hands = new Map<number, Marker>()
  const standing = new Map<number, Marker>()
  let drawing = false
  const draw = (): void => {
    const now = performance.now()
    for (const who of new Set([...pointers.who(), ...hands.keys()])) {
      const at = shown() ? pointers.at(who, now) : null
      if (at) show(m, hands, who, at, 'pointer')
      else drop(hands, who)
    }
    drawing = pointers.moving(now)
    if (drawing) requestAnimationFrame(draw)
    else if (hands.size) setTimeout(wake, 1_000)
  }
  const wake = (): void => { if (!drawing) { drawing = true; requestAnimationFrame(draw) } }
  watch([pointed, () => place.room, () => place.survey.id], wake)
  watch([journal, passing, survey, () => place.room], () => {
    const all = shown() && place.survey.id !== null ? standings(journal.value, passing) : []
    for (const one of all) show(m, standing, one.participant, one.at, 'standing')
    for (const who of [...standing.keys()]) if (!all.some((one) => one.participant === who)) drop(standing, who)
  }, { immediate: true })
}

function show(m: MapLibre, all: Map<number, Marker>, who: number, at: Position, kind: 'pointer' | 'standing'): void {
  let marker = all.get(who)
  if (!marker) {
    marker = new Marker({ element: document.createElement('div'), anchor: kind === 'pointer' ? 'top-left' : 'center' })
    all.set(who, marker)
    dress(marker.getElement(), who, kind)
    marker.setLngLat(at as [number, number]).addTo(m)
  }
  marker.setLngLat(at as [number, number])
}

function dress(element: HTMLElement, who: number, kind: 'pointer' | 'standing'): void {
  const colour = colourFor(who)
  element.classList.add(`survey-${kind}`)
  element.setAttribute('role', 'img')
  element.dataset.test = `survey-${kind}`
  element.dataset.who = String(who)
  element.style.setProperty('--who', colour)
  element.style.setProperty('--letters', letterColour(colour))
  element.setAttribute('aria-label', t(who === me.value ? 'survey.me' : kind === 'pointer' ? 'survey.pointer.of' : 'survey.standing.of', { n: nameFor(who) }))
  element.textContent = kind === 'pointer' ? nameFor(who) : initials(nameFor(who))
}

function drop(all: Map<number, Marker>, who: number): void {
  all.get(who)?.remove()
  all.delete(who)
}

function onMove(_m: MapLibre, { lngLat }: MapMouseEvent): void {
  if (!shown()) return
  if (live.value) pointAt([Number(lngLat.lng.toFixed(7)), Number(lngLat.lat.toFixed(7))])
  if (tool.value && tool.value !== 'pin') aim.value = [lngLat.lng, lngLat.lat]
}

function onClick({ lngLat }: MapMouseEvent): void {
  if (!shown() || ruling.value) return
  if (call.picking) return pickSite([lngLat.lng, lngLat.lat])
  if (!tool.value) return
  put([lngLat.lng, lngLat.lat])
}
