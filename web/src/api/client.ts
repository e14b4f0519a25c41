/** The only module that speaks to the server. */
import type { Me, Offices, Openings } from './people-types'
import { problemOf, unreachable } from './problem'
import type { AskedSheet, Correction, Hints, Sheet, Sheets } from './sheet-types'
import type {
  Answering, Dig, DigAnswer, DigOnce, Invitation, Invited, Moves, Plan, PlanWish, Preview, Scoreboard,
} from './dig-types'
import type { FeatureCollection, Position } from 'geojson'
import type { CoordinatesRead, FileLines } from './table-types'
import type {
  City, Found, Job, JobRoutes, Judged, Lang, LayerInfo, Pack, RouteFeature, RoutePage, StoredRoute,
} from './types'

let language: Lang = 'zh'

/** Problems come back in this language. */
export function speak(lang: Lang): void {
  language = lang
}

let signedOut = (): void => undefined

/** What to do when the server says that nobody is signed in any more. */
export function onSignedOut(then: () => void): void {
  signedOut = then
}

export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('Accept-Language', language === 'zh' ? 'zh-CN' : 'en')
  let answer: Response
  try {
    answer = await fetch(path, { ...init, headers })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw unreachable()
  }
  if (answer.status === 401 && path !== '/api/session') signedOut()
  if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null))
  return answer
}

export async function json<T>(path: string, init?: RequestInit): Promise<T> {
  return (await (await ask(path, init)).json()) as T
}

export const send = <T>(method: 'POST' | 'PUT' | 'PATCH', path: string, body: unknown, signal?: AbortSignal): Promise<T> =>
  json(path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal })

export function query(values: Record<string, string | number | null | undefined>): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString()
  return text ? `?${text}` : ''
}

/** For what answers with nothing. */
export async function bare(path: string, method: 'DELETE' | 'POST'): Promise<void> {
  await ask(path, { method })
}

// ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export const readSession = (): Promise<{ person: Me | null; sso: boolean }> => json('/api/session')
export interface Sso { name: string | null; ready: boolean }
export const readSso = (): Promise<Sso> => json('/api/session/sso')
export const beginSession = (login: string, password: string): Promise<{ person: Me | null; sso: boolean }> => send('POST', '/api/session', { login, password })
export const readOffices = (): Promise<Offices> => json('/api/offices')

export async function endSession(): Promise<void> {
  await ask('/api/session', { method: 'DELETE' })
}

export async function changePassword(old: string, fresh: string): Promise<void> {
  await ask('/api/session/password', { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ old, new: fresh }) })
}

// ── the city ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const readCity = (): Promise<City> => json('/api/city')
export const readLayers = (): Promise<LayerInfo[]> => json('/api/layers')
export const readPacks = (): Promise<Pack[]> => json('/api/packs')
export const readPack = (id: string): Promise<Pack> => json(`/api/packs/${encodeURIComponent(id)}`)

export interface ListOptions {
  outcome?: string
  q?: string
  limit: number
  offset: number
}

export const readRoutes = (options: ListOptions, signal?: AbortSignal): Promise<RoutePage> =>
  json(`/api/routes${query({ ...options })}`, { signal })

export const readRoute = (id: string | number, signal?: AbortSignal): Promise<StoredRoute> =>
  json(`/api/routes/${encodeURIComponent(id)}`, { signal })

export interface ReviewOptions {
  pack?: string
  on?: string
}

/** Judges one line; nothing is stored. */
export const reviewLine = (line: RouteFeature, options: ReviewOptions, signal?: AbortSignal): Promise<Judged> =>
  send('POST', `/api/review${query({ ...options })}`, line, signal)

// ── the drawing table ────────────────────────────────────────────────────────────────────────────────────────────────

/** Whole shapes that touch a tile. */
export const readShapes = (path: string): Promise<FeatureCollection> => json(path)

export const readCoordinates = (text: string, crs: string | null, order: 'xy' | 'yx' | null, signal?: AbortSignal): Promise<CoordinatesRead> =>
  send('POST', '/api/coordinates', { text, crs, order }, signal)

export const polarPoint = (start: Position, distance_m: number, azimuth_deg: number): Promise<{ lon: number; lat: number; inside: boolean }> =>
  send('POST', '/api/coordinates/polar', { start, distance_m, azimuth_deg })

export const offsetLine = (line: Position[], distance_m: number, side: 'left' | 'right', corners: 'mitre' | 'round', signal?: AbortSignal): Promise<{ line: Position[]; length_m: number }> =>
  send('POST', '/api/lines/offset', { line: { type: 'LineString', coordinates: line }, distance_m, side, corners }, signal)

/** The lines of a file, for the drawing table; nothing of it is kept. */
export function readLines(files: File[], options: { crs?: string }): Promise<FileLines> {
  const form = new FormData()
  for (const file of files) form.append('file', file, file.name)
  if (options.crs) form.set('crs', options.crs)
  return json('/api/lines/read', { method: 'POST', body: form })
}

export interface FileOptions extends ReviewOptions {
  crs?: string
  encoding?: string
}

/** Hands in a file of lines; the job goes on by itself. */
export function reviewFile(files: File[], options: FileOptions): Promise<{ id: string; state: string; href: string }> {
  const form = new FormData()
  for (const file of files) form.append('file', file, file.name)
  for (const [key, value] of Object.entries(options)) if (value) form.set(key, value)
  return json('/api/reviews', { method: 'POST', body: form })
}

export const readJob = (id: string, signal?: AbortSignal): Promise<Job> => json(`/api/jobs/${encodeURIComponent(id)}`, { signal })

export async function cancelJob(id: string): Promise<void> {
  await ask(`/api/jobs/${encodeURIComponent(id)}`, { method: 'DELETE' })
}

export const readJobRoutes = (id: string, signal?: AbortSignal): Promise<JobRoutes> =>
  json(`/api/jobs/${encodeURIComponent(id)}/routes.geojson`, { signal })

export const readJobRow = (id: string, row: number, signal?: AbortSignal): Promise<StoredRoute> =>
  json(`/api/jobs/${encodeURIComponent(id)}/routes/${row}`, { signal })

export const search = (q: string, signal?: AbortSignal): Promise<Found[]> => json(`/api/search${query({ q })}`, { signal })

export const readOpenings = (): Promise<Openings> => json('/api/pipe-openings')

export const setOpenings = (said: Pick<Openings, 'offices' | 'companies' | 'others'>): Promise<Openings> => send('PUT', '/api/pipe-openings', said)

// ── digging once ─────────────────────────────────────────────────────────────────────────────────────────────────────

export const at = encodeURIComponent

export const readDigOnce = (signal?: AbortSignal): Promise<DigOnce> => json('/api/dig-once', { signal })

export const readPlan = (id: string, signal?: AbortSignal): Promise<Plan> => json(`/api/plans/${at(id)}`, { signal })

/** The whole plan, or only its head while a job works on it. */
export const makePlan = (wish: PlanWish): Promise<Plan | Pick<Plan, 'id' | 'state'>> => send('POST', '/api/plans', wish)

/** What would be if works began on other days; nothing is kept. */
export const previewMoves = (plan: string, moves: Moves, signal?: AbortSignal): Promise<Preview> =>
  send('POST', `/api/plans/${at(plan)}/preview`, { moves }, signal)

export const keepMoves = (plan: string, moves: Moves, revision: number): Promise<Plan> =>
  send('PUT', `/api/plans/${at(plan)}/moves`, { moves, revision })

export const readDig = (id: number, signal?: AbortSignal): Promise<Dig> => json(`/api/digs/${id}`, { signal })

export const invite = (dig: number, parties: string[], renew: boolean): Promise<Invited> =>
  send('POST', `/api/digs/${dig}/invitations`, { parties, renew })

export const revoke = (dig: number, invitation: number): Promise<DigAnswer> =>
  json(`/api/digs/${dig}/invitations/${invitation}`, { method: 'DELETE' })

export const readInvitation = (token: string, signal?: AbortSignal): Promise<Invitation> => json(`/api/invitations/${at(token)}`, { signal })

export const answerInvitation = (token: string, answer: Answering): Promise<Invitation> => send('POST', `/api/invitations/${at(token)}`, answer)

export const readScoreboard = (signal?: AbortSignal): Promise<Scoreboard> => json('/api/scoreboard', { signal })

// ── owners' sheets ───────────────────────────────────────────────────────────────────────────────────────────────────

const sheetPath = (proposal: number, sheet: number): string => `/api/proposals/${proposal}/sheets/${sheet}`

/** Where a drawn line crosses existing pipes or lies beside them; hints, no findings. */
export const readClearances = (line: RouteFeature, signal?: AbortSignal): Promise<Hints> => send('POST', '/api/clearances', line, signal)

export const readSheets = (proposal: number, signal?: AbortSignal): Promise<Sheets> => json(`/api/proposals/${proposal}/sheets`, { signal })
export const readSheet = (proposal: number, sheet: number, signal?: AbortSignal): Promise<Sheet> => json(sheetPath(proposal, sheet), { signal })
export const readAskedSheets = async (signal?: AbortSignal): Promise<AskedSheet[]> => (await json<{ items: AskedSheet[] }>('/api/sheets', { signal })).items
export const makeSheets = (proposal: number): Promise<Sheets> => json(`/api/proposals/${proposal}/sheets`, { method: 'POST' })
export const confirmSheet = (proposal: number, sheet: number): Promise<Sheet> => json(`${sheetPath(proposal, sheet)}/confirmation`, { method: 'POST' })
export const correctSheet = (proposal: number, sheet: number, rows: (Correction & { key: string })[]): Promise<Sheet> =>
  send('PUT', `${sheetPath(proposal, sheet)}/corrections`, { rows })
export const signSheet = (proposal: number, sheet: number, signed: { name: string; paper?: string; paper_on?: string }): Promise<Sheet> =>
  send('PUT', `${sheetPath(proposal, sheet)}/signature`, signed)
export const sheetFile = (proposal: number, sheet: number, ending: string): string => `${sheetPath(proposal, sheet)}.${ending}`
