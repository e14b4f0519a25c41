/** The review: the queue page by page, the item in hand, what is lit of it, and what one does with it. */
import { computed, ref, shallowReactive, shallowRef, watch } from 'vue'
import type { BulkResult, Met, QueueCounts, QueueItem, ReviewItem, Said } from '../api/review-types'
import type { QueueWish, Signed } from '../api/review'
import { answerFinding, askForMissing, decideItem, doMany, judgeAnew, readItem, readQueue, returnItem, takeItem } from '../api/review'
import { explain } from '../i18n'
import { boxOf, linesOf } from '../util/geo'
import { may } from './person'
import { flight, place, sheet, subject } from './store'
import { dismiss } from './subject'

export const QUEUE_PAGE = 60
const pages = shallowReactive(new Map<number, QueueItem[]>())
const asked = new Set<number>()
export const queueTotal = ref<number | null>(null)
export const queueCounts = shallowRef<QueueCounts | null>(null)
export const queueError = ref('')
let round = 0

export const queueAt = (index: number): QueueItem | undefined => pages.get(Math.floor(index / QUEUE_PAGE))?.[index % QUEUE_PAGE]
const known = (): QueueItem[] => [...pages.keys()].sort((a, b) => a - b).flatMap((page) => pages.get(page)!)
export const inQueue = computed(() => known())

function wish(): QueueWish {
  const { district, authority, outcomes, state, deadline, flags, q, sort } = place.review
  return {
    district, authority, outcome: outcomes.join(','), state, deadline, q: q.trim(), sort,
    at_limit: flags.includes('at_limit'), undetermined: flags.includes('undetermined'), sliced: flags.includes('sliced'),
  }
}

/** Makes sure that the rows from `first` to `last` are here or on their way. */
export function needQueue(first: number, last: number): void {
  for (let page = Math.floor(first / QUEUE_PAGE); page <= Math.floor(last / QUEUE_PAGE); page++) void loadQueue(page)
}

export function reloadQueue(): Promise<void> {
  round++
  asked.clear()
  queueError.value = ''
  return loadQueue(0, true)
}

async function loadQueue(page: number, fresh = false): Promise<void> {
  if (page < 0 || asked.has(page) || (queueTotal.value !== null && !fresh && page * QUEUE_PAGE >= queueTotal.value)) return
  asked.add(page)
  const mine = round
  try {
    const said = await readQueue(wish(), QUEUE_PAGE, page * QUEUE_PAGE)
    if (mine !== round) return
    if (fresh) pages.clear()
    pages.set(page, said.items)
    queueTotal.value = said.total
    queueCounts.value = said.counts
  } catch (error) {
    asked.delete(page)
    if (mine === round) queueError.value = explain(error)
  }
}

let wait: ReturnType<typeof setTimeout> | undefined
watch(() => JSON.stringify(wish()), () => {
  ticked.value = new Set()
  clearTimeout(wait)
  wait = setTimeout(() => { if (place.room === 'review') void reloadQueue() }, 150)
})

// ── the item in hand ─────────────────────────────────────────────────────────────────────────────────────────────────

export const item = shallowRef<ReviewItem | null>(null)
export const itemLoading = ref(false)
export const itemError = ref('')
/** The row (its key) or finding (its rule) under the hand: table and map both read and set it. */
export const rowLit = ref<string | null>(null)
/** A row whose answer is being written, and which answer. */
export const writing = ref<{ key: string; answer: Said } | null>(null)
let asking: AbortController | null = null

/** Reads what the address names. */
export async function openReview(): Promise<void> {
  if (subject.value) dismiss()
  if (place.review.route === null) sheet.value = 2 // on a phone the queue is what the place is about
  await Promise.all([queueTotal.value === null ? reloadQueue() : undefined, place.review.route === null ? leave() : openItem(place.review.route, place.view === null)])
}

export async function openItem(route: number, fly = true): Promise<void> {
  asking?.abort()
  const control = (asking = new AbortController())
  if (place.review.route !== route) place.review.show = 'meets'
  place.review.route = route
  place.review.tab = 'queue'
  rowLit.value = writing.value = null
  itemError.value = ''
  itemLoading.value = true
  sheet.value = 1 // with the map above it
  const box = known().find((one) => one.route === route)?.bbox
  if (fly && box) flight.value = { box }
  try {
    show(await readItem(route, control.signal))
    const own = boxOf(linesOf(item.value!.route_feature.geometry))
    if (fly && !box && own) flight.value = { box: own }
  } catch (error) {
    if (control.signal.aborted) return
    item.value = null
    subject.value = null
    itemError.value = explain(error)
  } finally {
    if (asking === control) itemLoading.value = false
  }
}

/** The map shows the line of the item; the rows are drawn over it. */
function show(found: ReviewItem): void {
  item.value = found
  subject.value = { from: 'stored', key: String(found.route), feature: found.route_feature, verdict: found.judgement, pieces: found.pieces }
}

export function leave(): void {
  asking?.abort()
  place.review.route = null
  item.value = null
  itemError.value = ''
  itemLoading.value = false
  rowLit.value = writing.value = null
  if (place.room === 'review') subject.value = null
}

export function stepItem(by: number): void {
  const items = known()
  const now = items.findIndex((one) => one.route === place.review.route)
  const next = items[now < 0 ? (by > 0 ? 0 : items.length - 1) : now + by]
  if (next) void openItem(next.route)
}

export function visitRow(row: Met): void {
  rowLit.value = row.key
  flight.value = { box: row.bbox, close: true }
}

/** All keys that can be answered, in the order of the panel. */
export const answerable = computed(() => (item.value ? [...item.value.rows.map((row) => row.key), ...item.value.findings.filter(asksForReview).map((one) => one.rule)] : []))
export const asksForReview = (one: { decides?: boolean; answer: string; effect?: string }): boolean => Boolean(one.decides) || one.answer === 'unknown' || (one.effect === 'warns' && one.answer === 'yes')

/** a, c, d on the row in focus. */
export function answerByKey(answer: Said): void {
  if (!item.value || !may('review') || item.value.state === 'decided' || rowLit.value === null || !answerable.value.includes(rowLit.value)) return
  if (answer === 'agree') void say(rowLit.value, 'agree', '')
  else writing.value = { key: rowLit.value, answer }
}

// ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const busy = ref(false)
export const actError = ref('')

async function act(what: () => Promise<ReviewItem>): Promise<boolean> {
  if (busy.value) return false
  busy.value = true
  actError.value = ''
  try {
    const found = await what()
    if (found.route === place.review.route) show(found)
    void reloadQueue()
    return true
  } catch (error) {
    actError.value = explain(error)
    return false
  } finally {
    busy.value = false
  }
}

export async function say(key: string, answer: Said, reason: string): Promise<boolean> {
  const route = item.value!.route
  const good = await act(() => answerFinding(route, key, answer, reason))
  if (good) writing.value = null
  return good
}
export const take = (): Promise<boolean> => act(() => takeItem(item.value!.route))
export const requestMissing = (): Promise<boolean> => act(() => askForMissing(item.value!.route))
export const decide = (signed: Signed): Promise<boolean> => act(() => decideItem(item.value!.route, signed))
export async function giveBack(reason: string): Promise<void> {
  const route = item.value!.route
  if (await act(() => returnItem(route, reason))) leave()
}
export const rejudge = (): Promise<boolean> => act(async () => {
  const { proposal, route } = item.value!
  await judgeAnew(proposal!)
  return readItem(route)
})
export const refreshItem = (): Promise<boolean> => act(() => readItem(item.value!.route))

// ── several at once ──────────────────────────────────────────────────────────────────────────────────────────────────

export const ticked = shallowRef(new Set<number>())
export const bulkResults = shallowRef<BulkResult[] | null>(null)

export function tick(route: number): void {
  const next = new Set(ticked.value)
  if (!next.delete(route)) next.add(route)
  ticked.value = next
}

export async function bulk(what: 'take' | 'decide', signed: Partial<Signed> = {}): Promise<boolean> {
  busy.value = true
  actError.value = ''
  try {
    bulkResults.value = (await doMany([...ticked.value], what, signed)).results
    ticked.value = new Set(bulkResults.value.filter((one) => !one.done).map((one) => one.route))
    await reloadQueue()
    return true
  } catch (error) {
    actError.value = explain(error)
    return false
  } finally {
    busy.value = false
  }
}
