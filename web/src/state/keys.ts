/** Keyboard. Letters do nothing while someone types. */
import { ref } from 'vue'
import { flip, isOn } from '../map/switches'
import { holding, letGo, takeBack } from './dig-hand'
import { leaveDig, plan, restorePlan, stepDig } from './digs'
import { begin, cancel, phase } from './drawing'
import { arrowKey, drawingKey } from './table-keys'
import { redo, can, tool, undo, vertex } from './table'
import { answerByKey, leave, stepItem, writing } from './review'
import { takePin } from './pin'
import { flipProfile } from './profile'
import { may } from './person'
import { openPrint, printing } from './print'
import { flipRuler, rule, ruling } from './ruler'
import { enter } from './rooms'
import { listedItems, place, subject, subjectError } from './store'
import { choose, dismiss } from './subject'

export const keysOpen = ref(false)
export const panelOpen = ref(true)
/** Set by the search box. */
export const searchBox = ref<HTMLInputElement | null>(null)

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Escape closes the nearest thing: help, the line being drawn, the card. */
export function escape(): boolean {
  if (printing.value) printing.value = false
  else if (keysOpen.value) keysOpen.value = false
  else if (ruling.value) rule(null)
  else if (place.room === 'digs') return escapeDigs()
  else if (place.room === 'review') return escapeReview()
  else if (tool.value) tool.value = null
  else if (phase.value === 'drawing') cancel()
  else if (vertex.value !== null) vertex.value = null
  else if (subject.value?.from === 'drawn') cancel()
  else if (subject.value || subjectError.value) dismiss()
  else if (place.legend) place.legend = false
  else if (place.pin) takePin()
  else return false
  return true
}

function escapeDigs(): boolean {
  if (holding.value) letGo()
  else if (place.digs.dig !== null || place.digs.work !== null) leaveDig()
  else if (place.legend) place.legend = false
  else return false
  return true
}

function escapeReview(): boolean {
  if (writing.value) writing.value = null
  else if (place.review.route !== null) leave()
  else if (place.legend) place.legend = false
  else return false
  return true
}

export function step(by: number): void {
  if (place.room === 'digs') return stepDig(by)
  if (place.room === 'review') return stepItem(by)
  const items = listedItems.value
  if (!items.length) return
  const now = items.findIndex((item) => String(item.id) === place.route)
  const next = items[now < 0 ? (by > 0 ? 0 : items.length - 1) : now + by]
  if (next) void choose(next.id, true, next.bbox)
}

function startDrawing(): void {
  if (!may('judge')) return
  enter('map')
  place.tab = 'draw'
  begin()
}

const ACTIONS: Record<string, () => void> = {
  '/': () => searchBox.value?.focus(),
  '?': () => { keysOpen.value = true },
  a: () => { if (place.room === 'review') answerByKey('agree') },
  c: () => { if (place.room === 'review') answerByKey('contest') },
  d: () => { if (place.room === 'review') answerByKey('ask'); else startDrawing() },
  l: () => { place.legend = !place.legend },
  s: () => flip('satellite', !isOn('satellite', place.switched), place.switched),
  p: flipProfile,
  m: flipRuler,
  P: openPrint,
  j: () => step(1),
  k: () => step(-1),
  g: () => { if (place.room === 'digs') place.digs.folded = !place.digs.folded },
  '[': () => { panelOpen.value = !panelOpen.value },
}

export function listenToKeys(): void {
  // The map pans with the arrows: a vertex that is chosen has them first.
  addEventListener('keydown', (event) => {
    if (place.room !== 'map' || printing.value || typing(event.target) || keysOpen.value || !arrowKey(event)) return
    event.preventDefault()
    event.stopPropagation()
  }, true)
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return
    if (event.key === 'Escape') {
      if (typing(event.target)) (event.target as HTMLElement).blur()
      else if (escape()) event.preventDefault()
      return
    }
    if (printing.value || typing(event.target) || event.altKey) return // the sheet lies over the map: what its keys do would not be seen
    if (place.room === 'map' && !keysOpen.value && drawingKey(event)) return event.preventDefault()
    if (event.ctrlKey || event.metaKey) return undoKeys(event)
    const act = ACTIONS[event.key]
    if (!act) return
    event.preventDefault()
    act()
  })
}

function undoKeys(event: KeyboardEvent): void {
  if (place.room === 'digs') return undoMove(event)
  if (!can.undo && !can.redo) return
  const key = event.key.toLowerCase()
  if (key !== 'z' && key !== 'y') return
  event.preventDefault()
  if (key === 'y' || event.shiftKey) redo()
  else undo()
}

function undoMove(event: KeyboardEvent): void {
  if (event.key.toLowerCase() !== 'z' || event.shiftKey || !plan.value) return
  event.preventDefault()
  if (holding.value) letGo()
  else void takeBack(plan.value, restorePlan)
}
