/**
 * What was begun and is saved nowhere else: the line under the pen, and the words at the foot of the drawing table. It outlives
 * a reload and the end of a session, in this tab and for the same person alone.
 */
import { ref, watch } from 'vue'
import type { Position } from 'geojson'
import { person } from './person'
import { place } from './store'
import { current, sheet, takeUp } from './table'

interface Pen {
  points: Position[]
  atStart: boolean
  /** Does it go on from a line that was there? */
  goesOn: boolean
}
export interface Words {
  /** The draft that they are about; null: a new one. */
  draft: number | null
  title: string
  note: string
}
interface Unsaved {
  pen?: Pen
  words?: Words
}

/** A line under the pen has come back: said until the next point. */
export const recovered = ref(false)

const key = (): string | null => (person.value && typeof sessionStorage !== 'undefined' ? `waixian.unsaved.${person.value.login}` : null)

function read(): Unsaved {
  const at = key()
  try {
    return at ? ((JSON.parse(sessionStorage.getItem(at) ?? '{}') ?? {}) as Unsaved) : {}
  } catch {
    return {}
  }
}

function write(part: Unsaved): void {
  const at = key()
  if (!at) return
  const all = { ...read(), ...part }
  try {
    if (all.pen || all.words) sessionStorage.setItem(at, JSON.stringify(all))
    else sessionStorage.removeItem(at)
  } catch { /* no room: it lives as long as the page */ }
}

watch(sheet, ({ pen }) => {
  const points = current.value?.points ?? []
  write({ pen: pen && points.length ? { points: [...points], atStart: pen.atStart, goesOn: pen.before !== null } : undefined })
  recovered.value = false
})

/** The line that was under the pen, under it again; call once the address is laid out. */
export function recoverPen(): void {
  const { pen } = read()
  if (!pen?.points.length || sheet.value.pen) return
  takeUp(pen.points, pen.atStart, pen.goesOn)
  place.tab = 'draw'
  queueMicrotask(() => { recovered.value = true }) // after what the sheet tells
}

export function keepWords(words: Words): void {
  write({ words: words.title || words.note ? words : undefined })
}

/** The words that were typed about this draft and not saved. */
export function unsavedWords(draft: number | null): Words | null {
  const { words } = read()
  return words && words.draft === draft ? words : null
}

/** Who signs out leaves nothing behind. */
export function forgetUnsaved(): void {
  const at = key()
  if (at) sessionStorage.removeItem(at)
}
