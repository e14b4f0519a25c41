/** Single sign-on: whether there is one, and why the last try led back to the door. */
import { shallowRef } from 'vue'
import { readSso, type Sso } from '../api/client'

/** null: not asked yet, or there is none. */
export const sso = shallowRef<Sso | null>(null)

const REASONS = ['unknown', 'taken', 'disabled', 'expired', 'cancelled', 'invalid', 'claims', 'unreachable'] as const
export type Reason = (typeof REASONS)[number]

/** Taken out of the address once, so that a reload or a copied link does not say it again. */
function taken(): Reason | null {
  if (typeof location === 'undefined') return null
  const address = new URL(location.href)
  const said = address.searchParams.get('sso')
  if (said === null) return null
  address.searchParams.delete('sso')
  history.replaceState(history.state, '', address.pathname + address.search + address.hash)
  return REASONS.find((one) => one === said) ?? 'invalid'
}
export const refusal = shallowRef<Reason | null>(taken())

export async function findSso(): Promise<void> {
  const said = await readSso()
  sso.value = said.name === null ? null : said
}

/** To the provider, and from there back to where one is now. */
export const wayThere = (): string => `/api/session/sso/begin?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`
export const WAY_OUT = '/api/session/sso/out'
