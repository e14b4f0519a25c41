/** Proposals: the list, the one that is open, the two versions that are compared, the draft on the drawing table. */
import { ref, shallowRef } from 'vue'
import type { Position } from 'geojson'
import { doStep, makeProposal, readCompared, readProposal, readProposals, saveVersion, type Deed, type Drawn } from '../api/proposals'
import { STATES, type Compared, type Proposal, type ProposalItem, type ProposalPage } from '../api/proposal-types'
import { explain } from '../i18n'
import { boxOf, linesOf } from '../util/geo'
import { cancel, restore } from './drawing'
import { flight, place, sheet } from './store'
import { dismiss, show } from './subject'

const PAGE = 50
export const page = shallowRef<ProposalPage | null>(null)
export const listError = ref('')
export const words = ref('')
export const opened = shallowRef<Proposal | null>(null)
export const openError = ref('')
export const compared = shallowRef<Compared | null>(null)
/** What is being done to the open proposal, and why it could not be. */
export const busy = ref(false)
export const deedError = ref('')
/** The draft whose line lies on the drawing table, as it was last saved. */
export const draft = shallowRef<Proposal | null>(null)

let listing: AbortController | null = null
let asking: AbortController | null = null

/** The list from its beginning, or `more` of it. */
export async function list(more = false): Promise<void> {
  listing?.abort()
  const control = (listing = new AbortController())
  const before: readonly ProposalItem[] = more ? (page.value?.items ?? []) : []
  const state = STATES.find((one) => one === place.proposal.state)
  try {
    const found = await readProposals({ state, q: words.value.trim(), limit: PAGE, offset: before.length }, control.signal)
    page.value = { ...found, items: [...before, ...found.items] }
    listError.value = ''
  } catch (error) {
    if (!control.signal.aborted) listError.value = explain(error)
  }
}

function present(one: Proposal): void {
  opened.value = one
  place.proposal.id = one.id
  show('proposal', `${one.id}.${one.present.number}`, one.present.feature, { verdict: one.present.verdict, pieces: one.present.pieces })
}

/** Opens a proposal; `fly` brings its line into view. */
export async function openProposal(id: number, fly: boolean, version: number | null = null): Promise<void> {
  asking?.abort()
  const control = (asking = new AbortController())
  if (opened.value?.id !== id) opened.value = null
  place.proposal.id = id
  openError.value = deedError.value = ''
  compared.value = null
  if (sheet.value === 0) sheet.value = 1
  try {
    const one = await readProposal(id, version, control.signal)
    present(one)
    const box = boxOf(linesOf(one.present.feature.geometry))
    if (fly && box) flight.value = { box }
  } catch (error) {
    if (control.signal.aborted) return
    opened.value = null
    openError.value = explain(error)
  }
}

/** Back to the list. */
export function leaveProposal(): void {
  asking?.abort()
  Object.assign(place.proposal, { id: null, old: null, fresh: null })
  opened.value = compared.value = null
  openError.value = deedError.value = ''
  dismiss()
}

/** Two versions side by side, and on the map. */
export async function compare(a: number, b: number): Promise<void> {
  const id = place.proposal.id
  if (id === null) return
  asking?.abort()
  const control = (asking = new AbortController())
  openError.value = ''
  try {
    const found = await readCompared(id, a, b, control.signal)
    Object.assign(place.proposal, { old: a, fresh: b })
    dismiss()
    compared.value = found
    const box = boxOf([...linesOf(found.a.geometry), ...linesOf(found.b.geometry)])
    if (box) flight.value = { box }
  } catch (error) {
    if (!control.signal.aborted) openError.value = explain(error)
  }
}

export function leaveCompare(): void {
  Object.assign(place.proposal, { old: null, fresh: null })
  compared.value = null
  if (opened.value) present(opened.value)
  else if (place.proposal.id !== null) void openProposal(place.proposal.id, false)
}

/** What the address says: a proposal, two versions of it, or nothing. */
export async function followProposal(fly: boolean): Promise<void> {
  const { id, old, fresh } = place.proposal
  if (place.tab !== 'proposals' || id === null) {
    opened.value = compared.value = null
    return
  }
  if (opened.value?.id !== id || (fresh === null && compared.value)) await openProposal(id, fly)
  if (old !== null && fresh !== null) await compare(old, fresh)
}

/** One step of the open proposal. True: done. */
export async function take(deed: Deed, reason = ''): Promise<boolean> {
  const now = opened.value
  if (!now || busy.value) return false
  return guarded(async () => {
    present(await doStep(now.id, deed, now.revision, reason))
    if (draft.value?.id === now.id) letDraftGo()
    void list()
  })
}

async function guarded(work: () => Promise<void>): Promise<boolean> {
  busy.value = true
  deedError.value = ''
  try {
    await work()
    return true
  } catch (error) {
    deedError.value = explain(error)
    return false
  } finally {
    busy.value = false
  }
}

// ── the drawing table ────────────────────────────────────────────────────────────────────────────────────────────────

/** Fields that the form of the drawing table cannot show are kept as they came. */
const PLAIN = ['string', 'number', 'boolean']
export const carried = (one: Proposal): Record<string, unknown> =>
  Object.fromEntries(Object.entries(one.present.feature.properties ?? {}).filter(([, value]) => value !== null && !PLAIN.includes(typeof value)))

/** Only a line of one part can be taken to the drawing table. */
export const editable = (one: Proposal): boolean => one.state === 'draft' && one.mine && one.present.feature.geometry.type === 'LineString'

/** Puts the line of a draft on the drawing table. */
export function edit(one: Proposal): void {
  const given = Object.entries(one.present.feature.properties ?? {}).filter(([, value]) => PLAIN.includes(typeof value))
  leaveProposal()
  draft.value = one
  place.proposal.draft = one.id
  place.attributes = Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
  place.line = (one.present.feature.geometry as { coordinates: Position[] }).coordinates.map((point) => [...point])
  place.tab = 'draw'
  restore()
}

/** The draft that the address names, read where the page was opened with it. */
export async function recallDraft(): Promise<void> {
  const id = place.proposal.draft
  if (id === null || draft.value?.id === id) return
  try {
    const one = await readProposal(id)
    if (editable(one)) draft.value = one
    else letDraftGo()
  } catch {
    letDraftGo() // gone, or somebody else's: what is on the table is a line of its own
  }
}

export function letDraftGo(): void {
  draft.value = null
  place.proposal.draft = null
}

/** Takes the line of the draft off the drawing table: what is shown from now on is the proposal. */
export function putAway(): void {
  letDraftGo()
  cancel()
}

const lineAndFields = (one: Proposal): string => JSON.stringify([(one.present.feature.geometry as { coordinates: unknown }).coordinates, one.present.feature.properties])

/** Saves what is on the table: a new draft, or the next version of the one it came from. True: done. */
export function keep(drawn: Drawn, company: number | null): Promise<boolean> {
  return guarded(async () => {
    const now = draft.value
    draft.value = now ? await saveVersion(now.id, now.revision, drawn) : await makeProposal(drawn, company)
    place.proposal.draft = draft.value.id
    void list()
  })
}

/** Saves what is not saved yet, submits it, and shows it. True: done. */
export async function submitDrawn(drawn: Drawn, company: number | null): Promise<boolean> {
  const now = draft.value
  const same = now && JSON.stringify([(drawn.feature.geometry as { coordinates: unknown }).coordinates, drawn.feature.properties]) === lineAndFields(now)
  if (!(same && now.title === drawn.title && !drawn.note) && !(await keep(drawn, company))) return false
  return guarded(async () => {
    const saved = draft.value!
    const sent = await doStep(saved.id, 'submit', saved.revision)
    putAway()
    void list()
    place.tab = 'proposals'
    present(sent)
  })
}
