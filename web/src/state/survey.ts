/** Joint surveys: the list, the one that is open, what its organiser does, and a new one that is being called. */
import { reactive, ref, shallowRef } from 'vue'
import type { Polygon, Point, Position } from 'geojson'
import { callSurvey, inviteToSurvey, pauseSurvey, readSurvey, readSurveys, removeFromSurvey, resumeSurvey, stepSurvey, uninviteFromSurvey, type Cause, type KindName, type KindOf, type Mode, type Step, type Survey, type SurveyBrief } from '../api/survey'
import { explain } from '../i18n'
import { boxOf, linesOf } from '../util/geo'
import { flight, place, sheet } from './store'

export const surveys = shallowRef<SurveyBrief[] | null>(null)
export const kinds = shallowRef<KindOf[]>([])
export const survey = shallowRef<Survey | null>(null)
export const surveyError = ref('')
/** What went wrong with a step or a call, and what with an invitation: each is told where it was asked for. */
export const stepError = ref('')
export const inviteError = ref('')
export const busy = ref(false)

/** A survey that is being called; `picking`: the next click on the map is its site. */
export const call = reactive({ open: false, kind: '' as KindName | '', mode: 'remote' as Mode, title: '', site: [] as Position[], proposal: null as number | null, picking: false })

let asking: AbortController | null = null

/** Opens what the address names: the list, or one survey. */
export async function followSurvey(): Promise<void> {
  asking?.abort()
  const control = (asking = new AbortController())
  surveyError.value = stepError.value = inviteError.value = ''
  const id = place.survey.id
  if (survey.value?.id !== id) survey.value = null
  try {
    if (id === null) {
      if (sheet.value === 0 && !call.picking) sheet.value = 1 // on a phone the list is what the place is about
      const said = await readSurveys(control.signal)
      surveys.value = said.items
      kinds.value = said.kinds
      call.kind ||= said.kinds.find((one) => one.mine)?.kind ?? ''
    } else {
      const said = await readSurvey(id, control.signal)
      survey.value = said
      if (place.view === null || place.view.zoom < NEAR_ZOOM) flySurvey()
    }
  } catch (error) {
    if (!control.signal.aborted) surveyError.value = explain(error)
  }
}

/** How the open survey stands now; a failure is left to the next time. */
export async function refreshSurvey(): Promise<void> {
  const id = place.survey.id
  if (id === null) return
  const said = await readSurvey(id)
  if (place.survey.id === id) survey.value = said
}

const NEAR_ZOOM = 15
const NEAR_DEG = 0.0008

export const cornersOf = (site: Point | Polygon): Position[] => (site.type === 'Point' ? [site.coordinates] : linesOf(site).flat())

export function flySurvey(): void {
  const box = survey.value && boxOf([cornersOf(survey.value.site)])
  if (box) flight.value = { box: [box[0] - NEAR_DEG, box[1] - NEAR_DEG, box[2] + NEAR_DEG, box[3] + NEAR_DEG], close: true }
}

export function openSurvey(id: number | null): void {
  place.survey.id = id
  place.survey.tab = 'journal'
  void followSurvey()
}

/** Begins to call a survey, here or from a place of the map, a judged site or a proposal. */
export function beginCall(site: readonly Position[] = [], proposal: number | null = null, title = ''): void {
  place.room = 'survey'
  place.survey.id = null
  Object.assign(call, { open: true, site: [...site], proposal, title, picking: false })
  if (sheet.value === 0) sheet.value = 2
  void followSurvey()
}

export function endCall(): void {
  Object.assign(call, { open: false, picking: false })
}

/** A click on the map while the form waits for the site. */
export function pickSite(at: Position): void {
  call.site = [[Number(at[0]!.toFixed(7)), Number(at[1]!.toFixed(7))]]
  call.picking = false
  if (sheet.value === 0) sheet.value = 2
}

const siteOf = (corners: readonly Position[]): Point | Polygon =>
  corners.length < 3 ? { type: 'Point', coordinates: [...corners[0]!] } : { type: 'Polygon', coordinates: [[...corners, corners[0]!]] }

export async function sendCall(): Promise<void> {
  if (!call.kind || !call.site.length) return
  const asked = { kind: call.kind, mode: call.mode, title: call.title.trim(), site: siteOf(call.site), proposal: call.proposal }
  if (await done(() => callSurvey(asked))) {
    endCall()
    call.title = ''
    openSurvey(survey.value!.id)
    place.survey.tab = 'people'
  }
}

async function done(work: () => Promise<Survey>, problem = stepError): Promise<boolean> {
  busy.value = true
  problem.value = ''
  try {
    survey.value = await work()
    return true
  } catch (error) {
    problem.value = explain(error)
    return false
  } finally {
    busy.value = false
  }
}

export const take = (step: Step, more: { agreed_for?: string; without?: string } = {}): Promise<boolean> => done(() => stepSurvey(survey.value!.id, step, more))
export const invite = (whom: Parameters<typeof inviteToSurvey>[1]): Promise<boolean> => done(() => inviteToSurvey(survey.value!.id, whom), inviteError)
export const uninvite = (whom: Parameters<typeof uninviteFromSurvey>[1]): Promise<boolean> => done(() => uninviteFromSurvey(survey.value!.id, whom), inviteError)
export const pause = (cause: Cause, note: string): Promise<boolean> => done(() => pauseSurvey(survey.value!.id, cause, note))
export const resume = (): Promise<boolean> => done(() => resumeSurvey(survey.value!.id))
export const remove = (participant: number): Promise<boolean> => done(() => removeFromSurvey(survey.value!.id, participant), inviteError)
