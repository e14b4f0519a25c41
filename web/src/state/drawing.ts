/** What is asked about the line on the table while it is drawn: its length and its verdict. */
import { reactive, ref, shallowRef, watch } from 'vue'
import type { Position } from 'geojson'
import type { Judged, RouteFeature } from '../api/types'
import { reviewLine } from '../api/client'
import { explain } from '../i18n'
import { Latest } from '../util/latest'
import { length_m } from '../util/geo'
import { grown, rounded } from '../table/lines'
import { person } from './person'
import { place, subject } from './store'
import { dismiss, show } from './subject'
import { begin as take, cancel as putDown, clear, current, hand, layOut, phase, sheet } from './table'

export { phase } from './table'
export type { Phase } from './table'
export const live = reactive({ length_m: 0, points: 0, pending: false, error: '', took_ms: 0 })
export const liveOutcome = ref<string | null>(null)
/** The verdict on what is placed already, without the segment under the hand. */
export const placedOutcome = ref<string | null>(null)
export const judged = shallowRef<Judged | null>(null)
/** The line that `judged` is about. */
export const judgedLine = shallowRef<RouteFeature | null>(null)
/** The last verdict on each line of the table, by its number. */
export const outcomes = reactive(new Map<number, string>())

const NUMBERS = ['voltage_kv', 'trench_width_m', 'diameter_mm', 'depth_m', 'accuracy_m', 'capacity_kva', 'occupied_m2', 'trees_to_fell']
/** Kept out of the line's own attributes: they belong to the question, not to the line. */
const ASKED = ['pack', 'on']

/** The line with its attributes as the server wants it; numbers become numbers, empty ones stay out. */
export function asFeature(line: Position[], attributes: Record<string, string>): RouteFeature {
  const properties: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (value === '' || ASKED.includes(name)) continue
    properties[name] = NUMBERS.includes(name) ? Number(value) : value
  }
  return { type: 'Feature', geometry: { type: 'LineString', coordinates: line }, properties }
}

interface Question {
  feature: RouteFeature
  id: number
  /** The points of the line as they were placed; null while a segment hangs at the hand. */
  placed: readonly Position[] | null
  at: number
}

const questions = new Latest<Question, Judged>(
  ({ feature }, signal) => reviewLine(feature, { pack: place.attributes.pack, on: place.attributes.on }, signal),
  (answer, { feature, id, placed, at }) => {
    Object.assign(live, { pending: false, error: '', took_ms: performance.now() - at })
    judged.value = answer
    judgedLine.value = feature
    liveOutcome.value = answer.verdict.outcome
    if (!placed || placed !== current.value?.points) return
    placedOutcome.value = answer.verdict.outcome
    outcomes.set(id, answer.verdict.outcome)
    if (phase.value === 'done') show('drawn', String(id), feature, answer)
  },
  (error) => {
    Object.assign(live, { pending: false, error: explain(error) })
    liveOutcome.value = null
    if (phase.value === 'done' && subject.value?.from === 'drawn') subject.value = null
  },
)

/** The line as it would be with the point under the hand. */
export function underHand(): Position[] {
  const points = current.value?.points ?? []
  const { pen } = sheet.value
  return pen && hand.value ? grown(points, [hand.value], pen.atStart) : [...points]
}

let shown: number | null = null
watch([sheet, hand], () => {
  const held = current.value
  const line = underHand()
  Object.assign(live, { length_m: length_m(line), points: line.length })
  if ((held?.id ?? null) !== shown || phase.value !== 'done') {
    if (subject.value?.from === 'drawn' && (phase.value !== 'done' || subject.value.key !== String(held?.id))) dismiss()
  }
  if ((held?.id ?? null) !== shown) {
    shown = held?.id ?? null
    judged.value = null
    liveOutcome.value = placedOutcome.value = (held && outcomes.get(held.id)) ?? null
  }
  ask()
})

export function ask(): void {
  const held = current.value
  const line = underHand()
  if (!held || line.length < 2 || length_m(line) < 0.05) {
    questions.stop()
    Object.assign(live, { pending: false, error: '' })
    judged.value = null
    liveOutcome.value = placedOutcome.value = null
    return
  }
  live.pending = true
  questions.ask({ feature: asFeature(line, place.attributes), id: held.id, placed: line.length === held.points.length ? held.points : null, at: performance.now() })
}

/** The segment under the hand was placed: its verdict is that of the line now. */
watch(() => current.value?.points.length ?? 0, (now, before) => { if (now > before && liveOutcome.value) placedOutcome.value = liveOutcome.value })

/** Whose company keeps pipes of one utility draws these, until they pick another. */
export function preselect(): void {
  if (!place.attributes.utility && person.value?.utility) place.attributes.utility = person.value.utility
}

export function begin(): void {
  dismiss()
  if (phase.value === 'idle') preselect()
  take()
}

export function cancel(): void {
  if (subject.value?.from === 'drawn') dismiss()
  putDown()
}

/** Everything off the table. */
export function forget(): void {
  questions.stop()
  if (subject.value?.from === 'drawn') dismiss()
  clear()
}

/** Lines that came with the address. */
export function restore(): void {
  if (place.line.length > 1 || place.others.length) layOut()
}

/** The point under the hand, to the millimetre; null where there is no hand over the map. */
export function hover(point: Position | null): void {
  const next = point && rounded(point)
  if (next?.[0] !== hand.value?.[0] || next?.[1] !== hand.value?.[1]) hand.value = next
}

watch(() => ({ ...place.attributes }), ask)
