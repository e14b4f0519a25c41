/** Drawing beside a kerb, road or pipe: a stretch is picked, and its parallel becomes (part of) the line. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import type { Position } from 'geojson'
import { offsetLine } from '../api/client'
import { explain, t } from '../i18n'
import { sideOf } from '../table/lines'
import type { Shape, Snap } from '../table/snap'
import { between } from '../table/stretch'
import { length_m } from '../util/geo'
import { Latest } from '../util/latest'
import { add, current, put, sheet, tool } from './table'

export type SideChoice = 'mouse' | 'left' | 'right'
export const offset = reactive({ distance: '1.5', side: 'mouse' as SideChoice, round: false, error: '', pending: false })
const from = shallowRef<Snap | null>(null)
export const stretch = shallowRef<Position[] | null>(null)
export const beside = shallowRef<Position[] | null>(null)
const byMouse = ref<'left' | 'right'>('left')

export const stretch_m = computed(() => (stretch.value ? length_m(stretch.value) : 0))
export const picked = computed<'none' | 'start' | 'both'>(() => (stretch.value ? 'both' : from.value ? 'start' : 'none'))
export const sideNow = computed(() => (offset.side === 'mouse' ? byMouse.value : offset.side))
const distance_m = computed(() => Number(offset.distance.replace(',', '.')))

interface Wanted {
  line: Position[]
  distance_m: number
  side: 'left' | 'right'
  round: boolean
}

const questions = new Latest<Wanted, { line: Position[] }>(
  (wanted, signal) => offsetLine(wanted.line, wanted.distance_m, wanted.side, wanted.round ? 'round' : 'mitre', signal),
  (answer) => { Object.assign(offset, { pending: false, error: '' }); beside.value = answer.line },
  (error) => { Object.assign(offset, { pending: false, error: explain(error) }); beside.value = null },
)

watch([stretch, distance_m, sideNow, () => offset.round], () => {
  beside.value = null
  offset.error = ''
  if (!stretch.value) return questions.stop()
  if (!(distance_m.value > 0 && distance_m.value <= 1000)) {
    questions.stop()
    offset.error = t('offset.distance.bad')
    return
  }
  offset.pending = true
  questions.ask({ line: stretch.value, distance_m: distance_m.value, side: sideNow.value, round: offset.round })
})

/** A click on a shape: first where the stretch begins, then where it ends. */
export function pick(place: Snap, near: Iterable<Shape>): void {
  if (stretch.value) return
  offset.error = ''
  if (!from.value) {
    from.value = place
    return
  }
  const line = between(from.value, place, near)
  if (line) stretch.value = line
  else offset.error = t('offset.apart')
}

/** The stretch as it would be with its end under the hand. */
export const wouldBe = (place: Snap, near: Iterable<Shape>): Position[] | null => (from.value && !stretch.value ? between(from.value, place, near) : null)
export const begun = (): Position | null => from.value?.point ?? null

export function mouseAt(point: Position): void {
  if (stretch.value) byMouse.value = sideOf(stretch.value, point)
}

/** Puts the parallel where the pen is, running on from the line; without a pen it is a line of its own. */
export function accept(): void {
  const line = beside.value
  if (!line) return
  const { pen } = sheet.value
  const points = current.value?.points ?? []
  const next = pen?.atStart ? points[0] : points.at(-1)
  if (!pen) add(line)
  else if (next && length_m([next, line.at(-1)!]) < length_m([next, line[0]!])) put(...[...line].reverse())
  else put(...line)
  leave()
}

export function again(): void {
  questions.stop()
  from.value = stretch.value = beside.value = null
  Object.assign(offset, { error: '', pending: false })
}

function leave(): void {
  again()
  tool.value = null
}

watch(tool, (now) => { if (now !== 'offset') again() })
