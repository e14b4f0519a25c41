/** Who is signed in with this browser. */
import { ref, shallowRef } from 'vue'
import { beginSession, changePassword, endSession, onSignedOut, readOffices, readSession } from '../api/client'
import type { Me, Offices } from '../api/people-types'
import { refusal, WAY_OUT } from './sso'
import { place } from './store'

/** undefined: not asked yet; null: nobody. */
export const person = shallowRef<Me | null | undefined>(undefined)
export const offices = shallowRef<Offices | null>(null)
/** Said above the form when a session has ended by itself. */
export const ended = ref(false)

/** Did they come by single sign-on? Then signing out goes on there: at a counter the next person must not be taken for this one. */
let bySso = false

export const may = (ability: string): boolean => person.value?.may.includes(ability) ?? false

/** In this tab: who was signed in last. */
const LAST = 'waixian.person'
/** Whose session ended by itself while this page was open. */
let left: string | null = null

/** Does what lies on the table or in the address belong to somebody else, who was here before and did not sign out? */
function anothers(me: Me): boolean {
  const last = left ?? sessionStorage.getItem(LAST)
  const inHand = left !== null || place.line.length > 1 || place.others.length > 0 || place.proposal.draft !== null
  left = null
  sessionStorage.setItem(LAST, me.login)
  return last !== null && last !== me.login && inHand
}

async function known(me: Me | null, arrived = false): Promise<void> {
  if (me && anothers(me)) return location.replace('/')
  if (me && !offices.value) offices.value = await readOffices()
  if (me && arrived) land(me)
  person.value = me
}

/** Where a day begins: an office that decides comes to the queue of what awaits it. Who came for another place is left there. */
function land(me: Me): void {
  if (place.room !== 'map' || location.search || !me.may.includes('review') || !offices.value?.roles[me.role]?.decides.length) return
  place.review.authority = me.role
  place.room = 'review'
}

export async function findOut(): Promise<void> {
  const now = await readSession()
  bySso = now.sso
  await known(now.person)
}

export async function signIn(login: string, password: string): Promise<void> {
  ended.value = false
  const now = await beginSession(login, password)
  bySso = now.sso
  refusal.value = null
  await known(now.person, true)
}

/** Everything that was shown goes with the person: the page begins anew. */
export async function signOut(): Promise<void> {
  await endSession()
  sessionStorage.removeItem(LAST)
  location.assign(bySso ? WAY_OUT : '/')
}

export async function renew(old: string, fresh: string): Promise<void> {
  const login = person.value?.login ?? ''
  await changePassword(old, fresh)
  await signIn(login, fresh)
}

onSignedOut(() => {
  if (!person.value) return
  ended.value = true
  left = person.value.login
  person.value = null
})
