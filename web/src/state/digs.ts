/** The plan of joint digs: reading it, choosing in it, what is lit in it. */
import { computed, ref, shallowRef } from 'vue'
import type { Dig, DigOnce, Plan, PlanHead, PlanItem, PlanSettings, PlanWish } from '../api/dig-types'
import type { Box } from '../api/types'
import { invite, makePlan, readDig, readDigOnce, revoke } from '../api/client'
import { listedDigs, liveOf, type LiveDig } from '../digs/live'
import { explain } from '../i18n'
import { flight, place, sheet } from './store'
import { forgetMoves, held, preview } from './dig-hand'
import { making, waitFor } from './plan-wait'

export const overview = shallowRef<DigOnce | null>(null)
export const plan = shallowRef<Plan | null>(null)
export const digsError = ref('')
export const digsLoading = ref(false)
/** A plan is being made. */
export const planning = ref(false)

/** What the hand is on: list, Gantt, diagrams and map all read and set it. */
export interface DigLit {
  work?: string
  dig?: string
  match?: string
}
export const digLit = shallowRef<DigLit | null>(null)

export const live = computed(() => (plan.value ? liveOf(plan.value, preview.value, held.value) : null))
export const listed = computed(() => (live.value ? listedDigs(live.value, place.digs) : []))
export const chosen = computed<LiveDig | null>(() => live.value?.digs.find((dig) => dig.key === String(place.digs.dig)) ?? null)
/** The chosen dig as it was kept, with everything that the card shows; it stays while a move is only tried. */
export const chosenKept = computed<Dig | null>(() => plan.value?.digs.find((dig) => dig.id === place.digs.dig) ?? null)

/** A dig that an address or a move led to, and that this plan does not hold (any more). */
export interface Missing {
  dig: number
  /** "dig-3"; null: nobody knows of it. */
  name: string | null
  /** The plan that holds it, where it is another. */
  plan: string | null
  /** A move took it apart. */
  dropped: boolean
  /** The dig of this plan that most of its works are in now. */
  heir: Dig | null
}
export const missing = shallowRef<Missing | null>(null)

let round = 0

/** Reads what the address names, else the newest plan. */
export async function openDigs(fresh = false): Promise<void> {
  const mine = ++round
  const unsaid = place.view === null // the map says where it is as soon as it is there
  digsError.value = ''
  missing.value = null
  digsLoading.value = true
  if (sheet.value === 0) sheet.value = 1 // on a phone: what the place is about lies in it
  try {
    overview.value = await readDigOnce()
    if (mine !== round) return
    const wanted = place.digs.plan ?? (await planOfDig()) ?? newest(overview.value.plans)?.id ?? null
    if (mine !== round) return
    if (wanted === null) plan.value = null
    else if (fresh || plan.value?.id !== wanted) await openPlan(wanted, mine)
    else findDig(plan.value)
    if (mine !== round) return
    if (unsaid && chosenKept.value) flyTo(chosenKept.value.bbox)
    else if (unsaid) overlook()
  } catch (error) {
    if (mine !== round) return
    digsError.value = explain(error)
    sheet.value = Math.max(sheet.value, 1) as 1 | 2
  } finally {
    if (mine === round) digsLoading.value = false
  }
}

/** The newest plan that stands; failing that, one that is being made. */
const newest = (plans: PlanItem[]): PlanItem | undefined =>
  plans.find((one) => one.state === 'done') ?? plans.find((one) => one.state === 'queued' || one.state === 'running')

async function planOfDig(): Promise<string | null> {
  if (place.digs.dig === null) return null
  return (await readDig(place.digs.dig).catch(() => null))?.plan ?? null
}

/** Follows the address back or forth. */
export async function followDigs(): Promise<void> {
  if (!plan.value || (place.digs.plan && place.digs.plan !== plan.value.id)) return openDigs()
  findDig(plan.value)
  const now = chosenKept.value
  if (now) flyTo(now.bbox)
}

/** Opens a plan; while a job makes it, the page says how far it is. */
async function openPlan(id: string, mine: number): Promise<void> {
  making.value = null
  place.digs.plan = id
  const found = await waitFor(id, () => mine === round && place.room === 'digs', () => {
    plan.value = null
    if (sheet.value === 0) sheet.value = 1 // on a phone: how far it is, is all there is to see
  })
  if (found && mine === round) show(found)
}

/** Goes to another plan, or to the newest that stands. */
export function goToPlan(id: string | null, dig: number | null = null): Promise<void> {
  making.value = null
  Object.assign(place.digs, { plan: id, dig, work: null })
  return openDigs()
}

function show(found: Plan): void {
  const before = chosenKept.value
  if (plan.value?.id !== found.id) forgetMoves()
  plan.value = found
  place.digs.plan = found.id
  findDig(found, before)
  if (place.digs.work !== null && !found.works.some((work) => work.work_id === place.digs.work)) place.digs.work = null
}

/** The dig of the address is in the plan, or the page says what became of it; `before`: as it was before a move. */
function findDig(found: Plan, before: Dig | null = null): void {
  const { dig } = place.digs
  missing.value = null
  if (dig === null || found.digs.some((one) => one.id === dig && one.state !== 'dropped')) return
  place.digs.dig = before && before.plan === found.id ? (heir(found, before.works)?.id ?? null) : null
  if (place.digs.dig !== null) return
  if (before?.plan === found.id) missing.value = { dig, name: before.dig_id, plan: null, dropped: true, heir: null }
  else void tellMissing(found, dig)
}

async function tellMissing(found: Plan, dig: number): Promise<void> {
  missing.value = { dig, name: null, plan: null, dropped: false, heir: null }
  const known = await readDig(dig).catch(() => null)
  if (known === null || missing.value?.dig !== dig || plan.value?.id !== found.id) return
  const elsewhere = known.plan !== found.id
  missing.value = { dig, name: known.dig_id, plan: elsewhere ? known.plan : null, dropped: known.state === 'dropped', heir: elsewhere ? null : heir(found, known.works) }
}

/** The dig that holds most of some works, at least two of them: what became of a dig that a move took apart. */
function heir(found: Plan, works: readonly string[]): Dig | null {
  const held = (dig: Dig): number => dig.works.filter((id) => works.includes(id)).length
  return found.digs.filter((dig) => dig.state !== 'dropped' && held(dig) > 1).sort((a, b) => held(b) - held(a))[0] ?? null
}

/** The server gave the whole plan anew: after a move was kept. */
export const replacePlan = (found: Plan): void => show(found)

/** After a move was taken back, the dig of that work is shown again. */
export function restorePlan(found: Plan): void {
  show(found)
  place.digs.dig ??= found.digs.find((dig) => dig.state !== 'dropped' && place.digs.work !== null && dig.works.includes(place.digs.work))?.id ?? null
  missing.value = null
}

/** Has the works planned anew. */
export async function planAnew(wish: PlanWish = {}): Promise<void> {
  if (planning.value) return
  const mine = ++round
  planning.value = true
  digsError.value = ''
  missing.value = null
  try {
    const made = await makePlan(wish)
    if (mine !== round) return
    making.value = null
    Object.assign(place.digs, { dig: null, work: null })
    if ('works' in made) show(made)
    else await openPlan(made.id, mine)
    overview.value = await readDigOnce()
    overlook()
  } catch (error) {
    digsError.value = explain(error)
  } finally {
    planning.value = false
    if (mine === round) digsLoading.value = false
  }
}

/** Plans again what came to nothing, with its own settings. */
export function retryPlan(head: PlanHead): Promise<void> {
  const { weights, spare_days, lead_rule, answer_days, silence } = head.settings ?? ({} as Partial<PlanSettings>)
  return planAnew({ on: head.on, ...(head.scope ? { scope: head.scope } : {}), ...(weights ? { settings: { weights, spare_days, lead_rule, answer_days, silence } } : {}) })
}

function flyTo(box: Box | []): void {
  if (box.length === 4) flight.value = { box }
}

/** All that the plan holds, on the map. */
export function overlook(): void {
  const boxes = (plan.value?.works ?? []).map((work) => work.bbox).filter((box) => box?.length === 4)
  if (boxes.length) flyTo([Math.min(...boxes.map((b) => b[0])), Math.min(...boxes.map((b) => b[1])), Math.max(...boxes.map((b) => b[2])), Math.max(...boxes.map((b) => b[3]))])
}

export function chooseDig(dig: LiveDig, fly = true): void {
  if (!dig.kept) return
  if (place.digs.tab !== 'time') place.digs.tab = 'list'
  missing.value = null
  place.digs.dig = dig.kept.id
  place.digs.work = null
  if (sheet.value === 0) sheet.value = 1
  if (fly) flyTo(dig.kept.bbox)
}

/** Marks a work in list, Gantt and map. */
export function chooseWork(id: string | null, fly = false): void {
  place.digs.work = id
  const work = id === null ? undefined : live.value?.works.get(id)
  if (fly && work) flyTo(work.work.bbox)
}

export function leaveDig(): void {
  place.digs.dig = null
  place.digs.work = null
  digLit.value = null
}

/** The next or previous dig of the list. */
export function stepDig(by: number): void {
  const now = listed.value.findIndex((dig) => dig.key === String(place.digs.dig))
  const next = listed.value[now < 0 ? (by > 0 ? 0 : listed.value.length - 1) : now + by]
  if (next) chooseDig(next)
}

// ── answers of the parties ───────────────────────────────────────────────────────────────────────────────────────────

/** Links that were made now; the server gives each only once. */
export const links = shallowRef<Record<number, string>>({})
export const inviting = ref(false)
export const inviteError = ref('')

/** Reads one dig again: somebody may have answered. */
export async function refreshDig(id: number): Promise<void> {
  const found = await readDig(id)
  const now = plan.value
  if (!now || found.plan !== now.id) return
  plan.value = { ...now, digs: now.digs.map((dig) => (dig.id === id ? found : dig)) }
}

export const inviteParties = (id: number, parties: string[], renew = false): Promise<void> => asked(id, async () => {
  const made = await invite(id, parties, renew)
  const more = made.invitations.filter((one) => one.link).map((one) => [one.invitation, new URL(one.link!, location.origin).href])
  links.value = { ...links.value, ...Object.fromEntries(more) }
})

export const revokeInvitation = (id: number, invitation: number): Promise<void> => asked(id, async () => {
  await revoke(id, invitation)
  const { [invitation]: _, ...rest } = links.value
  links.value = rest
})

async function asked(id: number, act: () => Promise<void>): Promise<void> {
  inviting.value = true
  inviteError.value = ''
  try {
    await act()
    await refreshDig(id)
  } catch (error) {
    inviteError.value = explain(error)
  } finally {
    inviting.value = false
  }
}
