/** The drawn line: its points, what it is for, its live verdict. */
import { reactive, ref, shallowRef, watch } from 'vue'
import type { Position } from 'geojson'
import type { Judged, RouteFeature } from '../api/types'
import { reviewLine } from '../api/client'
import { explain } from '../i18n'
import { Latest } from '../util/latest'
import { length_m } from '../util/geo'
import { place, subject } from './store'
import { dismiss, show } from './subject'

export type Phase = 'idle' | 'drawing' | 'done'
export const phase = ref<Phase>('idle')
export const live = reactive({ length_m: 0, points: 0, pending: false, error: '' })
export const liveOutcome = ref<string | null>(null)
const judged = shallowRef<Judged | null>(null)

/** What the map is asked to do; it clears the wish. */
export type Wish = 'begin' | 'finish' | 'undo' | 'redo' | 'clear' | 'put'
export const wish = ref<Wish | null>(null)

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

const questions = new Latest<RouteFeature, Judged>(
  (line, signal) => reviewLine(line, { pack: place.attributes.pack, on: place.attributes.on }, signal),
  (answer, line) => {
    live.pending = false
    live.error = ''
    judged.value = answer
    liveOutcome.value = answer.verdict.outcome
    if (phase.value === 'done') show('drawn', 'drawn', line, answer)
  },
  (error) => {
    live.pending = false
    live.error = explain(error)
    liveOutcome.value = null
    if (phase.value === 'done' && subject.value?.from === 'drawn') subject.value = null
  },
)

let current: Position[] = []

/** The line moved under the hand, or was finished. */
export function moved(line: Position[], done: boolean): void {
  current = line
  live.length_m = length_m(line)
  live.points = line.length
  phase.value = done ? 'done' : 'drawing'
  if (done) place.line = line
  ask()
}

export function ask(): void {
  if (current.length < 2 || length_m(current) < 0.05) return
  live.pending = true
  questions.ask(asFeature(current, place.attributes))
}

export function begin(): void {
  forget()
  dismiss()
  phase.value = 'drawing'
  wish.value = 'begin'
}

/** Drops the line; the form keeps what was typed. */
export function forget(): void {
  questions.stop()
  current = []
  place.line = []
  judged.value = null
  liveOutcome.value = null
  Object.assign(live, { length_m: 0, points: 0, pending: false, error: '' })
  if (subject.value?.from === 'drawn') dismiss()
  phase.value = 'idle'
}

export function cancel(): void {
  forget()
  wish.value = 'clear'
}

/** A line that came with the address. */
export function restore(): void {
  if (place.line.length < 2) return
  wish.value = 'put'
  moved([...place.line], true)
}

watch(() => ({ ...place.attributes }), ask)
