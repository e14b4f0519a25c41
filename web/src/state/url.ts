/** The page's state as an address and back: a link shows a colleague the same thing. */
import type { Position } from 'geojson'
import type { Lang } from '../api/types'

export const TABS = ['routes', 'draw', 'batch', 'layers'] as const
export type Tab = (typeof TABS)[number]

export interface View {
  zoom: number
  lat: number
  lon: number
}

export interface Place {
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

export const nowhere = (): Place => ({
  lang: null, tab: 'routes', view: null, route: null, job: null, row: null, outcomes: [], q: '', switched: {}, legend: false,
  line: [], attributes: {},
})

/** The query part of the address, "" for the page as it opens; what is default is left out. */
export function toQuery(place: Place): string {
  const out: [string, string][] = []
  const put = (key: string, value: string | null): void => {
    if (value) out.push([key, value])
  }
  put('lang', place.lang)
  put('tab', place.tab === 'routes' ? null : place.tab)
  put('at', place.view && `${num(place.view.zoom, 2)}/${num(place.view.lat, 5)}/${num(place.view.lon, 5)}`)
  put('route', place.route)
  put('job', place.job)
  put('row', place.row === null ? null : String(place.row))
  put('only', place.outcomes.join('.'))
  put('q', place.q)
  put('layers', Object.entries(place.switched).map(([name, on]) => (on ? '' : '-') + name).sort().join('~'))
  put('legend', place.legend ? '1' : null)
  put('line', place.line.map(([lon, lat]) => `${num(lon!, LINE_DIGITS)}_${num(lat!, LINE_DIGITS)}`).join('~'))
  for (const [name, value] of Object.entries(place.attributes)) put(`a.${name}`, value)
  return out.length ? `?${out.map(([key, value]) => `${key}=${encode(value)}`).join('&')}` : ''
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
  return place
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
