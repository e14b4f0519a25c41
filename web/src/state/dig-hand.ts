/** A bar in the hand: the days it is pulled by, the server's preview, keeping it or putting it back. */
import { computed, ref, shallowRef } from 'vue'
import type { Moves, Plan, Preview } from '../api/dig-types'
import { keepMoves, previewMoves } from '../api/client'
import { Problem } from '../api/problem'
import type { Held } from '../digs/live'
import { dayOf, isoOf, isWeekend } from '../gantt/days'
import { moved, type Movable } from '../gantt/drag'
import { explain } from '../i18n'
import { Latest } from '../util/latest'

interface Asked {
  plan: string
  work: string
  start: string
}

/** What the hand holds now; null: nothing. */
const hand = shallowRef<{ work: string; from: Movable; days: number; start: string } | null>(null)
export const preview = shallowRef<Preview | null>(null)
/** The bar as it is drawn ahead of the server's answer. */
export const held = shallowRef<Held | null>(null)
export const handError = ref('')
export const keeping = ref(false)
/** Moves that can be taken back, the newest last. */
const past: { moves: Moves; work: string; start: string }[] = []
/** The last move that was kept, for the line that offers to take it back. */
export const lastKept = shallowRef<{ work: string; start: string } | null>(null)

export const holding = computed(() => hand.value?.work ?? null)
export const pulledDays = computed(() => hand.value?.days ?? 0)

const questions = new Latest<Asked, Preview>(
  ({ plan, work, start }, signal) => previewMoves(plan, { [work]: start }, signal),
  (answer, { work, start }) => {
    if (hand.value?.work !== work) return
    preview.value = answer
    handError.value = ''
    // The server knows every rest day: its days count as soon as they are those of the place under the hand.
    if (hand.value.start === start) held.value = null
  },
  (error, { work }) => { if (hand.value?.work === work) handError.value = explain(error) },
)

/** Days that are no working days: the plan's own list, else weekends. */
export function restOf(plan: Plan): (day: number) => boolean {
  if (!plan.rest_days) return isWeekend
  const rest = new Set(plan.rest_days.map((iso) => dayOf(iso)))
  return (day) => rest.has(day)
}

/** The bar of a work is `days` away from where it was taken up. */
export function pull(plan: Plan, work: string, from: Movable, days: number, rest: (day: number) => boolean): void {
  if (keeping.value) return
  if (hand.value?.work !== work) letGo()
  const span = moved(hand.value?.from ?? from, days, rest)
  const start = isoOf(span.start)
  const same = hand.value?.start === start
  hand.value = { work, from: hand.value?.from ?? from, days, start }
  if (same) return
  held.value = { work, span }
  questions.ask({ plan: plan.id, work, start })
}

/** Puts the bar back. */
export function letGo(): void {
  questions.stop()
  hand.value = null
  held.value = null
  preview.value = null
  handError.value = ''
}

/** Keeps the move; the plan as the server has it then goes to `done`. */
export async function drop(plan: Plan, done: (plan: Plan) => void): Promise<void> {
  const now = hand.value
  if (!now || keeping.value) return
  if (now.start === isoOf(now.from.start)) return letGo()
  const before = plan.works.find((work) => work.work_id === now.work)
  const back = before?.moved ? (before.planned?.start ?? null) : null
  if (await keep(plan, { [now.work]: now.start }, done)) {
    past.push({ moves: { [now.work]: back }, work: now.work, start: now.start })
    lastKept.value = { work: now.work, start: now.start }
  }
}

/** Takes the last kept move back. */
export async function takeBack(plan: Plan, done: (plan: Plan) => void): Promise<void> {
  const last = past.pop()
  if (last && (await keep(plan, last.moves, done))) lastKept.value = past.length ? { work: past[past.length - 1]!.work, start: past[past.length - 1]!.start } : null
}

/** A plan that is not the one the moves belong to: nothing of it can be taken back. */
export function forgetMoves(): void {
  letGo()
  past.length = 0
  lastKept.value = null
}

async function keep(plan: Plan, moves: Moves, done: (plan: Plan) => void): Promise<boolean> {
  questions.stop()
  keeping.value = true
  try {
    done(await keepMoves(plan.id, moves, plan.revision))
    letGo()
    return true
  } catch (error) {
    letGo()
    handError.value = explain(error)
    stale.value = error instanceof Problem && error.status === 409
    return false
  } finally {
    keeping.value = false
  }
}

/** Somebody else changed the plan meanwhile: it must be read again. */
export const stale = ref(false)
