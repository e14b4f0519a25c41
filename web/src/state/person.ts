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

async function known(me: Me | null, arrived = false): Promise<void> {
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
  person.value = null
})
