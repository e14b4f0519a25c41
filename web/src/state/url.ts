/** The page's state as an address and back: a link shows a colleague the same thing. */
import type { Position } from 'geojson'
import type { Lang } from '../api/types'
import { noData, putData, readData, type DataPlace } from './url-data'
import { readPoints, writePoints } from './url-site'

/** Places of the page: each has its own path. An invitation is a place by itself, for whoever holds the link; so is a guest's survey. */
export const ROOMS = ['map', 'review', 'digs', 'survey', 'data', 'invite', 'guest'] as const
export type Room = (typeof ROOMS)[number]

export const TABS = ['routes', 'draw', 'proposals', 'batch', 'layers', 'site'] as const
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

/** What is shown of the review: the queue and its filters, one of its items, or the questions to the owners of layers. */
export const REVIEW_TABS = ['queue', 'tasks', 'layers'] as const
export const REVIEW_SHOWS = ['meets', 'sheets', 'tasks', 'log'] as const
export const REVIEW_FLAGS = ['at_limit', 'undetermined', 'sliced'] as const

export interface ReviewPlace {
  tab: (typeof REVIEW_TABS)[number]
  route: number | null
  show: (typeof REVIEW_SHOWS)[number]
  district: string
  authority: string
  outcomes: string[]
  state: string
  deadline: string
  flags: (typeof REVIEW_FLAGS)[number][]
  q: string
  sort: string
  /** Of the questions: open, answered or closed; and only those that one's own office is asked. */
  asked: string
  mine: boolean
}

/** The survey that is open, and which part of it. */
export const SURVEY_TABS = ['journal', 'site', 'check', 'people', 'time', 'conclude', 'layers'] as const

export interface SurveyPlace {
  id: number | null
  tab: (typeof SURVEY_TABS)[number]
}

/** The proposal that is open, which two versions are compared, and of which draft the line on the drawing table is. */
export interface ProposalPlace {
  id: number | null
  old: number | null
  fresh: number | null
  draft: number | null
  state: string
  /** A sheet that one's company is asked to confirm: of which proposal, and its number. */
  sheet: [number, number] | null
}

export interface Place {
  room: Room
  /** The unguessable part of an invitation's link; a guest's leaves the address as soon as it was read. */
  token: string | null
  digs: DigPlace
  data: DataPlace
  review: ReviewPlace
  survey: SurveyPlace
  proposal: ProposalPlace
  lang: Lang | null
  tab: Tab
  view: View | null
  /** A pasted place, longitude and latitude. */
  pin: [number, number] | null
  /** Is the strip with the terrain along the line open? */
  profile: boolean
  route: string | null
  job: string | null
  row: number | null
  outcomes: string[]
  q: string
  /** Layers whose switch differs from the default: true shown, false hidden. */
  switched: Record<string, boolean>
  legend: boolean
  /** The current line of the drawing table, what it is for, and its place among the others. */
  line: Position[]
  attributes: Record<string, string>
  others: { line: Position[]; attributes: Record<string, string> }[]
  hand: number
  /** The site that is asked about: one point, or the corners of an area. */
  site: Position[]
}

/** Decimals of a drawn line: a millimetre. The line is asked about as the address has it, so a link gives the same verdict. */
export const LINE_DIGITS = 8

export const nowhere = (room: Room = 'map'): Place => ({
  room, token: null, digs: { tab: 'list', plan: null, dig: null, work: null, road: '', party: '', state: '', sort: '', folded: false },
  review: { tab: 'queue', route: null, show: 'meets', district: '', authority: '', outcomes: [], state: '', deadline: '', flags: [], q: '', sort: '', asked: '', mine: false },
  data: noData(), lang: null, tab: 'routes', view: null, pin: null, profile: false, route: null, job: null, row: null, outcomes: [], q: '', switched: {}, legend: false,
  line: [], attributes: {}, others: [], hand: 0, site: [], survey: { id: null, tab: 'journal' }, proposal: { id: null, old: null, fresh: null, draft: null, state: '', sheet: null },
})

/** Where a guest's page is once the secret of their link has left the address. */
export const GUEST_PATH = '/s/room'

/** The path of a place: "/" is the map. */
export const pathOf = (place: Pick<Place, 'room' | 'token'>): string =>
  place.room === 'map' ? '/' : place.room === 'guest' ? GUEST_PATH : place.room === 'invite' ? `/invite/${encodeURIComponent(place.token ?? '')}` : `/${place.room}`

/** The whole address of a place on this server. */
export const addressOf = (place: Place): string => pathOf(place) + toQuery(place)

/** Reads a path and a query; what cannot be understood is left at its default. */
export function fromAddress(path: string, query: string): Place {
  const [first, second] = path.split('/').filter(Boolean)
  if (first === 'invite' && second) return { ...fromQuery(query), room: 'invite', token: unescaped(second) }
  if (first === 's') return { ...nowhere('guest'), lang: fromQuery(query).lang, token: second && path !== GUEST_PATH ? unescaped(second) : null }
  const said = fromQuery(query)
  const { lang, view, switched, legend, pin, profile } = said
  if (first === 'data') return { ...nowhere('data'), lang, view, switched, legend, pin, data: readData(new URLSearchParams(query)) }
  if (first === 'review') return { ...nowhere('review'), lang, view, switched, legend, pin, profile, review: readReview(new URLSearchParams(query)) }
  if (first === 'survey') return { ...nowhere('survey'), lang, view, switched, legend, pin, survey: readSurvey(new URLSearchParams(query)) }
  return { ...said, room: first === 'digs' ? 'digs' : 'map' }
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
  if (place.room === 'invite' || place.room === 'guest') return written(out)
  if (place.room === 'data') putData(place.data, put)
  else if (place.room === 'digs') putDigs(place.digs, put)
  else if (place.room === 'review') putReview(place.review, put)
  else if (place.room === 'survey') putSurvey(place.survey, put)
  else putMap(place, put)
  put('at', place.view && `${num(place.view.zoom, 2)}/${num(place.view.lat, 5)}/${num(place.view.lon, 5)}`)
  put('pin', place.pin && writeLine([place.pin]))
  if (place.room !== 'data') put('profile', place.profile ? '1' : null)
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

function putReview(at: ReviewPlace, put: Put): void {
  put('show', at.tab === 'queue' ? null : at.tab)
  put('item', at.route === null ? null : String(at.route))
  put('part', at.show === 'meets' ? null : at.show)
  for (const key of ['district', 'authority', 'state', 'deadline', 'q', 'sort', 'asked'] as const) put(key, at[key])
  put('only', at.outcomes.join('.'))
  put('flags', at.flags.join('.'))
  put('mine', at.mine ? '1' : null)
}

function putSurvey(at: SurveyPlace, put: Put): void {
  put('survey', at.id === null ? null : String(at.id))
  put('show', at.tab === 'journal' ? null : at.tab)
}

function putMap(place: Place, put: Put): void {
  put('tab', place.tab === 'routes' ? null : place.tab)
  put('route', place.route)
  put('job', place.job)
  put('row', place.row === null ? null : String(place.row))
  for (const [key, value] of [['proposal', place.proposal.id], ['old', place.proposal.old], ['new', place.proposal.fresh], ['draft', place.proposal.draft]] as const) put(key, value === null ? null : String(value))
  put('life', place.proposal.state)
  put('sheet', place.proposal.sheet && place.proposal.sheet.join('.'))
  put('only', place.outcomes.join('.'))
  put('q', place.q)
  put('line', writeLine(place.line))
  for (const [name, value] of Object.entries(place.attributes)) put(`a.${name}`, value)
  put('more', place.others.map((one) => writeLine(one.line)).join('!'))
  place.others.forEach((one, i) => { for (const [name, value] of Object.entries(one.attributes)) put(`m${i + 1}.${name}`, value) })
  put('hand', place.hand ? String(place.hand) : null)
  put('site', writePoints(place.site))
}

/** Reads an address; what cannot be understood is left at its default. */
export function fromQuery(query: string): Place {
  const said = new URLSearchParams(query)
  const place = nowhere()
  const lang = said.get('lang')
  if (lang === 'zh' || lang === 'en') place.lang = lang
  place.tab = TABS.find((tab) => tab === said.get('tab')) ?? 'routes'
  place.view = readView(said.get('at'))
  place.pin = readPin(said.get('pin'))
  place.profile = said.get('profile') === '1'
  place.route = said.get('route') || null
  place.job = said.get('job') || null
  place.row = said.has('row') && Number.isInteger(Number(said.get('row'))) ? Number(said.get('row')) : null
  place.outcomes = (said.get('only') ?? '').split('.').filter(Boolean)
  place.q = said.get('q') ?? ''
  for (const name of (said.get('layers') ?? '').split('~').filter(Boolean)) place.switched[name.replace(/^-/, '')] = !name.startsWith('-')
  place.legend = said.get('legend') === '1'
  place.line = readLine(said.get('line'))
  for (const [key, value] of said) if (key.startsWith('a.') && value) place.attributes[key.slice(2)] = value
  place.others = (said.get('more') ?? '').split('!').map((text) => ({ line: readLine(text), attributes: {} as Record<string, string> }))
    .filter((one) => one.line.length)
  for (const [key, value] of said) {
    const [, number, name] = /^m(\d+)\.(.+)$/.exec(key) ?? []
    const one = place.others[Number(number) - 1]
    if (one && name && value) one.attributes[name] = value
  }
  const hand = Number(said.get('hand'))
  place.hand = Number.isInteger(hand) && hand > 0 ? Math.min(hand, place.others.length) : 0
  place.site = readPoints(said.get('site'))
  const whole = (key: string): number | null => (/^[1-9]\d{0,15}$/.test(said.get(key) ?? '') ? Number(said.get(key)) : null)
  place.proposal = { id: whole('proposal'), old: whole('old'), fresh: whole('new'), draft: whole('draft'), state: said.get('life') ?? '', sheet: readPair(said.get('sheet')) }
  place.digs = readDigs(said, place.digs)
  return place
}

/** "7.3": two numbers, of which the second is meaningless without the first. */
function readPair(text: string | null): [number, number] | null {
  const [, first, second] = /^([1-9]\d{0,15})\.([1-9]\d{0,15})$/.exec(text ?? '') ?? []
  return first && second ? [Number(first), Number(second)] : null
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

function readReview(said: URLSearchParams): ReviewPlace {
  const text = (key: string): string => said.get(key) ?? ''
  const item = Number(text('item'))
  return {
    tab: REVIEW_TABS.find((tab) => tab === text('show')) ?? 'queue', route: Number.isSafeInteger(item) && item > 0 ? item : null,
    show: REVIEW_SHOWS.find((show) => show === text('part')) ?? 'meets', district: text('district'), authority: text('authority'),
    outcomes: text('only').split('.').filter(Boolean), state: text('state'), deadline: text('deadline'),
    flags: REVIEW_FLAGS.filter((flag) => text('flags').split('.').includes(flag)), q: text('q'), sort: text('sort'),
    asked: text('asked'), mine: text('mine') === '1',
  }
}

const readSurvey = (said: URLSearchParams): SurveyPlace => ({
  id: /^[1-9]\d{0,15}$/.test(said.get('survey') ?? '') ? Number(said.get('survey')) : null, tab: SURVEY_TABS.find((tab) => tab === said.get('show')) ?? 'journal',
})

function readView(text: string | null): View | null {
  const [zoom, lat, lon] = (text ?? '').split('/').map(Number)
  if (![zoom, lat, lon].every((n) => n !== undefined && Number.isFinite(n))) return null
  return zoom! >= 0 && zoom! <= 24 && Math.abs(lat!) <= 85 && Math.abs(lon!) <= 180 ? { zoom: zoom!, lat: lat!, lon: lon! } : null
}

function readPin(text: string | null): [number, number] | null {
  const [lon, lat] = /^-?\d+(?:\.\d+)?_-?\d+(?:\.\d+)?$/.test(text ?? '') ? text!.split('_').map(Number) : []
  return lon !== undefined && lat !== undefined && Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null
}

const writeLine = (line: Position[]): string => line.map(([lon, lat]) => `${num(lon!, LINE_DIGITS)}_${num(lat!, LINE_DIGITS)}`).join('~')

function readLine(text: string | null): Position[] {
  const points = (text ?? '').split('~').map((pair) => pair.split('_').map(Number))
  return points.length > 1 && points.every((p) => p.length === 2 && p.every(Number.isFinite)) ? points : []
}

const num = (value: number, digits: number): string => String(Number(value.toFixed(digits)))

/** Percent-encoding that leaves what is harmless in a query readable. */
const encode = (text: string): string => encodeURIComponent(text).replace(/%2F/g, '/').replace(/%2C/g, ',').replace(/%3A/g, ':')
