/** The page's state as an address and back: a link shows a colleague the same thing. */
import type { Position } from 'geojson'
import type { Lang } from '../api/types'
import { noData, putData, readData, type DataPlace } from './url-data'

/** Places of the page: each has its own path. An invitation is a place by itself, for whoever holds the link. */
export const ROOMS = ['map', 'digs', 'data', 'invite'] as const
export type Room = (typeof ROOMS)[number]

export const TABS = ['routes', 'draw', 'batch', 'layers'] as const
export type Tab = (typeof TABS)[number]

export interface View {
  zoom: number
  lat: number
  lon: number
}

/** What is shown of the joint digs. */
export const DIG_TABS = ['list', 'apart', 'score', 'time', 'layers'] as const
export type DigTab = (typeof DIG_TABS)[number]

export interface DigPlace {
  tab: DigTab
  plan: string | null
  dig: number | null
  work: string | null
  road: string
  party: string
  state: string
  sort: string
  /** Is the drawer with the Gantt folded? */
  folded: boolean
}

export interface Place {
  room: Room
  /** The unguessable part of an invitation's link. */
  token: string | null
  digs: DigPlace
  data: DataPlace
  lang: Lang | null
  tab: Tab
  view: View | null
  route: string | null
  job: string | null
  row: number | null
  outcomes: string[]
  q: string
  /** Layers whose switch differs from the default: true shown, false hidden. */
  switched: Record<string, boolean>
  legend: boolean
  line: Position[]
  attributes: Record<string, string>
}

/** Decimals of a drawn line: a millimetre. The line is asked about as the address has it, so a link gives the same verdict. */
export const LINE_DIGITS = 8

export const nowhere = (room: Room = 'map'): Place => ({
  room, token: null, digs: { tab: 'list', plan: null, dig: null, work: null, road: '', party: '', state: '', sort: '', folded: false },
  data: noData(), lang: null, tab: 'routes', view: null, route: null, job: null, row: null, outcomes: [], q: '', switched: {}, legend: false,
  line: [], attributes: {},
})

/** The path of a place: "/" is the map. */
export const pathOf = (place: Pick<Place, 'room' | 'token'>): string =>
  place.room === 'map' ? '/' : place.room === 'invite' ? `/invite/${encodeURIComponent(place.token ?? '')}` : `/${place.room}`

/** The whole address of a place on this server. */
export const addressOf = (place: Place): string => pathOf(place) + toQuery(place)

/** Reads a path and a query; what cannot be understood is left at its default. */
export function fromAddress(path: string, query: string): Place {
  const [first, second] = path.split('/').filter(Boolean)
  if (first === 'invite' && second) return { ...fromQuery(query), room: 'invite', token: unescaped(second) }
  if (first === 'data') return { ...fromQuery(query), room: 'data', q: '', tab: 'routes', data: readData(new URLSearchParams(query)) }
  return { ...fromQuery(query), room: first === 'digs' ? 'digs' : 'map' }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a broken link is a link that the server does not know
  }
}

/** The query part of the address, "" for the page as it opens; what is default is left out, and what is another room's. */
export function toQuery(place: Place): string {
  const out: [string, string][] = []
  const put = (key: string, value: string | null): void => {
    if (value) out.push([key, value])
  }
  put('lang', place.lang)
  if (place.room === 'invite') return written(out)
  if (place.room === 'data') putData(place.data, put)
  else if (place.room === 'digs') putDigs(place.digs, put)
  else putMap(place, put)
  put('at', place.view && `${num(place.view.zoom, 2)}/${num(place.view.lat, 5)}/${num(place.view.lon, 5)}`)
  put('layers', Object.entries(place.switched).map(([name, on]) => (on ? '' : '-') + name).sort().join('~'))
  put('legend', place.legend ? '1' : null)
  return written(out)
}

const written = (out: [string, string][]): string => (out.length ? `?${out.map(([key, value]) => `${key}=${encode(value)}`).join('&')}` : '')

type Put = (key: string, value: string | null) => void

function putDigs(digs: DigPlace, put: Put): void {
  put('show', digs.tab === 'list' ? null : digs.tab)
  put('plan', digs.plan)
  put('dig', digs.dig === null ? null : String(digs.dig))
  for (const key of ['work', 'road', 'party', 'state', 'sort'] as const) put(key, digs[key])
  put('time', digs.folded ? '0' : null)
}

function putMap(place: Place, put: Put): void {
  put('tab', place.tab === 'routes' ? null : place.tab)
  put('route', place.route)
  put('job', place.job)
  put('row', place.row === null ? null : String(place.row))
  put('only', place.outcomes.join('.'))
  put('q', place.q)
  put('line', place.line.map(([lon, lat]) => `${num(lon!, LINE_DIGITS)}_${num(lat!, LINE_DIGITS)}`).join('~'))
  for (const [name, value] of Object.entries(place.attributes)) put(`a.${name}`, value)
}

/** Reads an address; what cannot be understood is left at its default. */
export function fromQuery(query: string): Place {
  const said = new URLSearchParams(query)
  const place = nowhere()
  const lang = said.get('lang')
  if (lang === 'zh' || lang === 'en') place.lang = lang
  place.tab = TABS.find((tab) => tab === said.get('tab')) ?? 'routes'
  place.view = readView(said.get('at'))
  place.route = said.get('route') || null
  place.job = said.get('job') || null
  place.row = said.has('row') && Number.isInteger(Number(said.get('row'))) ? Number(said.get('row')) : null
  place.outcomes = (said.get('only') ?? '').split('.').filter(Boolean)
  place.q = said.get('q') ?? ''
  for (const name of (said.get('layers') ?? '').split('~').filter(Boolean)) place.switched[name.replace(/^-/, '')] = !name.startsWith('-')
  place.legend = said.get('legend') === '1'
  place.line = readLine(said.get('line'))
  for (const [key, value] of said) if (key.startsWith('a.') && value) place.attributes[key.slice(2)] = value
  place.digs = readDigs(said, place.digs)
  return place
}

function readDigs(said: URLSearchParams, at: DigPlace): DigPlace {
  const text = (key: string): string => said.get(key) ?? ''
  const dig = Number(text('dig'))
  return {
    tab: DIG_TABS.find((tab) => tab === text('show')) ?? at.tab, plan: text('plan') || null,
    dig: text('dig') && Number.isSafeInteger(dig) && dig > 0 ? dig : null,
    work: text('work') || null, road: text('road'), party: text('party'), state: text('state'), sort: text('sort'), folded: text('time') === '0',
  }
}

function readView(text: string | null): View | null {
  const [zoom, lat, lon] = (text ?? '').split('/').map(Number)
  if (![zoom, lat, lon].every((n) => n !== undefined && Number.isFinite(n))) return null
  return zoom! >= 0 && zoom! <= 24 && Math.abs(lat!) <= 85 && Math.abs(lon!) <= 180 ? { zoom: zoom!, lat: lat!, lon: lon! } : null
}

function readLine(text: string | null): Position[] {
  const points = (text ?? '').split('~').map((pair) => pair.split('_').map(Number))
  return points.length > 1 && points.every((p) => p.length === 2 && p.every(Number.isFinite)) ? points : []
}

const num = (value: number, digits: number): string => String(Number(value.toFixed(digits)))

/** Percent-encoding that leaves what is harmless in a query readable. */
const encode = (text: string): string => encodeURIComponent(text).replace(/%2F/g, '/').replace(/%2C/g, ',').replace(/%3A/g, ':')
