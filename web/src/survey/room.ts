/** The live room of the open survey: its line, its journal, what waits to be sent, who points where. */
import { computed, reactive, ref, shallowRef, triggerRef } from 'vue'
import { filesAddress, liveAddress, type SurveyEvent } from '../api/survey'
import type { Words } from '../api/types'
import { Problem, problemOf } from '../api/problem'
import { lang } from '../i18n'
import { person } from '../state/person'
import { flight, place } from '../state/store'
import { refreshSurvey, survey } from '../state/survey'
import { Outbox, type Upload, type Waiting } from './outbox'
import { EVERY_MS, paced, Pointers, type At } from './pointers'
import { diskShelf } from './shelf'
import { Link, type LinkState, type Said, type Wire } from './socket'
import { colourOf } from './people'
import { lonLat } from './timeline'

export const linkState = ref<LinkState>('closed')
export const journal = shallowRef<SurveyEvent[]>([])
export const waiting = shallowRef<Waiting[]>([])
export const me = ref<number | null>(null)
/** How video finds its way: told with each greeting, as credentials end. */
export interface Ice {
  servers: RTCIceServer[]
  relay_only: boolean
}
export const ice = shallowRef<Ice>({ servers: [], relay_only: false })
export const pointers = new Pointers()
/** Counts what pointers did, for whoever draws them. */
export const pointed = ref(0)
/** Places too inexact to be kept, by participant: shown, not recorded. */
export const passing = reactive(new Map<number, Record<string, unknown>>())
/** What the server refused without saying of which entry. */
export const refusal = shallowRef<Words | null>(null)
/** Participants who sit in the room now, on whatever process of the server. */
export const present = ref<ReadonlySet<number>>(new Set())
/** Whose view is followed, and whether one's own is shared. */
export const following = ref<number | null>(null)
export const sharing = ref(false)

export const live = computed(() => survey.value?.state === 'open' && linkState.value === 'open')
export const leads = computed(() => survey.value !== null && survey.value.organiser === person.value?.id)

const ROOM_MS = 10_000
const VIEW_MS = 1_000
let link: Link | null = null
let outbox: Outbox | null = null
let asking: ReturnType<typeof setInterval> | null = null
let onSignal: ((from: number, data: Record<string, unknown>) => void) | null = null

/** Colour of a participant, by the place in the list of those who were invited. */
export const colourFor = (participant: number): string => colourOf(survey.value?.participants.findIndex((one) => one.id === participant) ?? 0)
export const nameFor = (participant: number): string => survey.value?.participants.find((one) => one.id === participant)?.name ?? `#${participant}`

/** Goes into the room; what was left unsent last time is sent now. `whose`: the person, or the guest, whose outbox it is. */
export function enterRoom(id: number, whose: string): void {
  leaveRoom()
  const room = `${id}.${whose}`
  outbox = new Outbox(room, diskShelf(), (said) => link?.say(said) ?? false, upload, (list) => { waiting.value = list })
  link = new Link((after) => new WebSocket(liveAddress(id, after)) as unknown as Wire, { state: onState, said: hear })
  addEventListener('online', hurry)
  addEventListener('offline', drop)
  asking = setInterval(() => {
    outbox?.flush() // a file that the server could not take a moment ago
    if (!document.hidden) void refreshSurvey().catch(() => undefined)
  }, ROOM_MS)
  link.start()
}

export function leaveRoom(): void {
  removeEventListener('online', hurry)
  removeEventListener('offline', drop)
  if (asking) clearInterval(asking)
  link?.stop()
  link = outbox = asking = null
  journal.value = []
  waiting.value = []
  me.value = following.value = refusal.value = null
  sharing.value = false
  present.value = new Set()
  passing.clear()
  for (const one of pointers.who()) pointers.leave(one)
}

const hurry = (): void => { link?.hurry(); outbox?.flush() }
const drop = (): void => link?.drop()

function onState(state: LinkState): void {
  linkState.value = state
  if (state === 'open') outbox?.connected()
  // A door that does not open is either a lost network or a room that one is no longer in.
  if (state === 'waiting') void refreshSurvey().catch((error: unknown) => { if (error instanceof Problem && error.status === 404) link?.stop('removed') })
}

function hear(said: Said): void {
  const client_id = String(said.client_id ?? '')
  if (said.op === 'hello') {
    me.value = said.participant as number
    ice.value = (said.ice as Ice | null) ?? { servers: [], relay_only: false }
  }
  else if (said.op === 'event') onEvent(said as unknown as SurveyEvent)
  else if (said.op === 'stored' || said.op === 'passed') void outbox?.stored(client_id)
  else if (said.op === 'refused') onRefused(client_id, { zh: String(said.why_zh), en: String(said.why_en) })
  else if (said.op === 'presence') present.value = new Set(said.here as number[])
  else if (said.op === 'pointer') point(said.participant as number, lonLat(said.at))
  else if (said.op === 'position') passing.set(said.participant as number, said.detail as Record<string, unknown>)
  else if (said.op === 'signal') onSignal?.(said.participant as number, said.data as Record<string, unknown>)
}

function onRefused(client_id: string, why: Words): void {
  if (client_id) void outbox?.refused(client_id, why)
  else refusal.value = why
}

function onEvent(event: SurveyEvent): void {
  journal.value.push(event)
  triggerRef(journal)
  if (event.kind === 'position') passing.delete(event.participant)
  if (event.kind === 'view' && event.participant === following.value) showView(event.detail)
  if (['joined', 'left', 'removed'].includes(event.kind)) void refreshSurvey().catch(() => undefined)
}

function point(participant: number, at: At | null): void {
  if (!at) return
  pointers.move(participant, at, performance.now())
  pointed.value++
}

/** Keeps something in the journal, now or as soon as there is a line. */
export const tell = (kind: string, detail: Record<string, unknown>, file: Blob | null = null, then: Waiting['then'] = null): Promise<Waiting> => outbox!.add(kind, detail, file, then)
export const tellAgain = (client_id: string): void => void outbox?.again(client_id)
export const forget = (client_id: string): void => void outbox?.stored(client_id)

export const pointAt = paced((at: At) => { link?.say({ op: 'pointer', at }) }, EVERY_MS)
export const signal = (to: number, data: Record<string, unknown>): boolean => link?.say({ op: 'signal', to, data }) ?? false
export function onSignals(then: typeof onSignal): void {
  onSignal = then
}

/** Follows somebody's view until one moves the map oneself. */
export function follow(participant: number | null): void {
  following.value = participant
  const last = journal.value.findLast((one) => one.kind === 'view' && one.participant === participant)
  if (last) showView(last.detail)
}

function showView(detail: Record<string, unknown>): void {
  const [lon, lat] = lonLat(detail.at) ?? []
  if (lon === undefined || lat === undefined || typeof detail.zoom !== 'number') return
  flight.value = { box: [lon, lat, lon, lat], zoom: detail.zoom }
  if (detail.layers && typeof detail.layers === 'object') place.switched = Object.fromEntries(Object.entries(detail.layers).filter(([, on]) => typeof on === 'boolean'))
}

/** Tells one's view to those who follow, once a second at most. */
export const shareView = paced(() => {
  if (sharing.value && live.value && place.view) void tell('view', { at: [place.view.lon, place.view.lat], zoom: Number(place.view.zoom.toFixed(2)), layers: { ...place.switched } })
}, VIEW_MS)

/** Hands a file in. A network that fails throws: the file then stays and is tried again. */
const upload: Upload = (one, progress) => new Promise((done, failed) => {
  const { at, accuracy_m, heading, text } = one.detail as { at?: At; accuracy_m?: number; heading?: number; text?: string }
  const values = { client_id: one.client_id, kind: one.kind, lon: at?.[0] ?? null, lat: at?.[1] ?? null, accuracy_m: accuracy_m ?? null, heading: heading ?? null, text: text ?? null, device_at: one.device_at }
  const asked = new XMLHttpRequest()
  asked.open('POST', filesAddress(Number(one.room.split('.')[0]), values))
  asked.setRequestHeader('Accept-Language', lang.value === 'zh' ? 'zh-CN' : 'en')
  asked.setRequestHeader('Content-Type', one.file!.type || 'application/octet-stream')
  asked.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0)
  asked.onerror = asked.onabort = () => failed(new Error('network'))
  asked.onload = () => {
    if (asked.status < 300) return done({ kept: true, file: fileOf(asked) })
    if (asked.status >= 500 || asked.status === 429 || asked.status === 401) return failed(new Error(String(asked.status)))
    done({ kept: false, why: whyOf(asked) })
  }
  asked.send(one.file)
})

function fileOf(asked: XMLHttpRequest): number | null {
  const { file } = (JSON.parse(asked.responseText) as SurveyEvent).detail
  return typeof file === 'number' ? file : null
}

function whyOf(asked: XMLHttpRequest): Words {
  try {
    const said = problemOf(asked.status, JSON.parse(asked.responseText))
    return said.detail || said.title || String(asked.status)
  } catch {
    return String(asked.status)
  }
}
