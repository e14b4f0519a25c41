/** Joint surveys: called, agreed, opened, closed; who takes part. */
import type { Point, Polygon } from 'geojson'
import { bare, json, query, send } from './client'
import type { City, LayerInfo, Words } from './types'

export const MODES = ['remote', 'mixed', 'on_site'] as const
export type Mode = (typeof MODES)[number]
export type KindName = 'user_site' | 'approval'
export type SurveyState = 'planned' | 'agreed' | 'open' | 'closed' | 'cancelled'
export type Step = 'agree' | 'open' | 'close' | 'cancel'

/** What somebody is in the room for; who has an account takes part. */
export const TASKS = ['look', 'position', 'take_part'] as const
export type Task = (typeof TASKS)[number]

export interface Participant {
  id: number
  person: number | null
  task: Task
  /** Do they sit in the room now? */
  here: boolean
  name: string
  role: string
  company: string | null
  joined_at: string | null
  removed_at: string | null
}

export interface SurveyBrief {
  id: number
  kind: KindName
  mode: Mode
  title: string
  state: SurveyState
  site: Point | Polygon
  proposal: number | null
  case_id: string | null
  organiser: number
  organiser_name: string
  agreed_for: string | null
  opened_at: string | null
  ended_at: string | null
  last_seq: number
  /** Units that had not concluded when it was closed, and why. */
  closed_without: { units: string[]; reason: string } | null
}

export const REPLIES = ['yes', 'maybe', 'no'] as const
export type Reply = (typeof REPLIES)[number]

/** A time that is offered, with who can come then; a guest is told their own answer alone (`mine`). */
export interface OfferedTime {
  id: number
  starts_at: string
  answers?: { participant: number; answer: Reply }[]
  mine?: Reply | null
}

export const CAUSES = ['customer', 'force_majeure'] as const
export type Cause = (typeof CAUSES)[number]

/** How long a survey may take; `due_at` is null where nobody knows, with why. */
export interface SurveyClock {
  at_most: number
  unit: string
  cite: { document: string; clause: string; says: string } | null
  due_at: string | null
  why_zh: string
  why_en: string
  paused: boolean
  pauses: { cause: Cause; note: string; began_at: string; ended_at: string | null }[]
}

export interface Survey extends SurveyBrief {
  participants: Participant[]
  /** Offices and companies that were invited whole. */
  offices: { role: string | null; company_id: number | null; company: string | null }[]
  /** null for a guest, who is not told. */
  clock: SurveyClock | null
  times: OfferedTime[]
  /** Participants who have not answered every offered time. */
  silent: number[]
  reminder: Words | null
}

/** Points that a unit wants looked at, each with its newest tick. */
export interface UnitPoints {
  unit: string
  title: Words
  role: string
  items: { item: string; title: Words; photo: boolean; tick: Tick | null }[]
}
export interface Tick {
  done: boolean
  note?: string
  photo?: number
  participant: number
  at: string
}

/** The way to the site: a point of it, in words, and for each map app with `numbers` in the app's own datum and axis order. */
export interface Way {
  lon: number
  lat: number
  said: Words
  apps: WayApp[]
}
export interface WayApp {
  service: string
  title: Words
  datum: string
  numbers: string
  /** null where the app opens places from a program alone. */
  url: string | null
  /** Does the app say which datum it takes? */
  sure: boolean
}

/** A link for somebody without an account; `secret` and `pin_code` are told once, when it is made. */
export interface GuestLink {
  id: number
  name: string
  task: Task
  pin: boolean
  once: boolean
  expires_at: string
  revoked_at: string | null
  expired: boolean
  openings: { outcome: string; network: string; device: string; at: string }[]
  url_path?: string
  /** The whole address, where phones reach another host than desks do. */
  url?: string | null
  pin_code?: string | null
}
export interface LinkAsked {
  name: string
  task: Task
  hours: number
  pin: boolean
  once: boolean
}

/** A kind of survey; `mine`: may one's own office organise it? */
export interface KindOf {
  kind: KindName
  title: Words
  cite: string
  units: string[]
  mine: boolean
}

export interface Call {
  kind: KindName
  mode: Mode
  title: string
  site: Point | Polygon
  proposal: number | null
}

/** One entry of a room's journal; `device_at` is the sender's clock, `at` the server's. */
export interface SurveyEvent {
  seq: number
  client_id: string
  participant: number
  kind: string
  detail: Record<string, unknown>
  device_at: string | null
  at: string
}

let byLink = false
/** From now on this page speaks for who came by a link: of the one survey that its cookie opens. */
export function speakAsGuest(): void {
  byLink = true
}

const at = (id: number): string => (byLink ? '/api/guest' : `/api/surveys/${id}`)

export const readSurveys = (signal?: AbortSignal): Promise<{ items: SurveyBrief[]; kinds: KindOf[] }> => json(`/api/surveys${query({ limit: 500 })}`, { signal })
export const readSurvey = async (id: number, signal?: AbortSignal): Promise<Survey> => (byLink ? surveyOf(await json<GuestRoom>(at(id), { signal })) : json(at(id), { signal }))
export const callSurvey = (asked: Call): Promise<Survey> => send('POST', '/api/surveys', asked)
export const stepSurvey = (id: number, step: Step, more: { agreed_for?: string; without?: string } = {}): Promise<Survey> => send('POST', `${at(id)}/step`, { step, ...more })
export const inviteToSurvey = (id: number, whom: { login: string } | { role: string } | { company_id: number }): Promise<Survey> => send('POST', `${at(id)}/participants`, whom)
export const uninviteFromSurvey = (id: number, whom: { role: string } | { company_id: number }): Promise<Survey> => json(`${at(id)}/offices${query(whom)}`, { method: 'DELETE' })
export const removeFromSurvey = (id: number, participant: number): Promise<Survey> => json(`${at(id)}/participants/${participant}`, { method: 'DELETE' })

export const readChecklist = async (id: number, signal?: AbortSignal): Promise<UnitPoints[]> => (await json<{ items: UnitPoints[] }>(`${at(id)}/checklist`, { signal })).items
export const answerTimes = async (id: number, answers: Record<number, Reply>): Promise<void> => void (await send('POST', `${at(id)}/times/answers`, { answers }))
export const offerTimes = async (id: number, times: string[]): Promise<void> => void (await send('POST', `${at(id)}/times`, { times }))
export const readWay = (id: number, signal?: AbortSignal): Promise<Way> => json(`${at(id)}/way`, { signal })
export const packAddress = (id: number): string => `${at(id)}/field-pack`
export const calendarAddress = (id: number): string => `${at(id)}/calendar.ics`
export const pauseSurvey = (id: number, cause: Cause, note: string): Promise<Survey> => send('POST', `${at(id)}/pause`, { cause, note })
export const resumeSurvey = (id: number): Promise<Survey> => json(`${at(id)}/resume`, { method: 'POST' })

export const readLinks = async (id: number, signal?: AbortSignal): Promise<GuestLink[]> => (await json<{ items: GuestLink[] }>(`${at(id)}/links`, { signal })).items
export const makeLink = (id: number, asked: LinkAsked): Promise<GuestLink> => send('POST', `${at(id)}/links`, asked)
export const revokeLink = (id: number, link: number): Promise<void> => bare(`${at(id)}/links/${link}`, 'DELETE')

/** Where the live room of a survey is, from the event after `after`. */
export const liveAddress = (id: number, after: number): string => `${location.origin.replace(/^http/, 'ws')}${at(id)}/live?after=${after}`

/** Where a file of the room is handed in. */
export const filesAddress = (id: number, values: Record<string, string | number | null>): string => `${at(id)}/files${query(values)}`
/** A file as it is shown: small, for the screen, or as it came. */
export const fileAddress = (id: number, file: number, size: 'thumb' | 'view' | 'original'): string => `${at(id)}/files/${file}?size=${size}`

// ── who came by a link ───────────────────────────────────────────────────────────────────────────────────────────────

/** The room as far as a link reaches. */
export interface GuestRoom {
  survey: Pick<SurveyBrief, 'id' | 'title' | 'kind' | 'state' | 'agreed_for' | 'site' | 'last_seq'>
  participant: Participant
  task: Task
  left_s: number
  participants: Participant[]
  times: OfferedTime[]
}

/** What a guest is not told is empty. */
export const surveyOf = ({ survey, participant, participants, times }: GuestRoom): Survey => ({
  mode: 'mixed', proposal: null, case_id: null, organiser: 0, organiser_name: '', opened_at: null, ended_at: null, closed_without: null,
  ...survey, participants: participants.length ? participants : [participant], offices: [], clock: null, times, silent: [], reminder: null,
})

export const enterByLink = (secret: string, pin: string, name: string): Promise<GuestRoom> => send('POST', '/api/guest/enter', { secret, pin, name })
export const readGuestRoom = (): Promise<GuestRoom> => json('/api/guest')
export const readGuestGround = (): Promise<{ city: City; layers: LayerInfo[] }> => json('/api/guest/ground')
