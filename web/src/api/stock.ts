/** What the keeper's pages ask of the server. */
import type { Account } from './people-types'
import { at, bare, json, query, send } from './client'
import type { AuditRow, AuditWish, Clauses, Companies, Company, Compared, Diff, Load, Preview, Rows, Stock, Token } from './stock-types'

export const readStock = (layer: string, signal?: AbortSignal): Promise<Stock> => json(`/api/layers/${at(layer)}`, { signal })
export const readLacking = (layer: string, field: string, lack: 'blank' | 'unclear', signal?: AbortSignal): Promise<Rows> =>
  json(`/api/layers/${at(layer)}/lacking${query({ field, lack })}`, { signal })
export const readDiff = (layer: string, older: number, newer: number, signal?: AbortSignal): Promise<Diff> =>
  json(`/api/layers/${at(layer)}/diff${query({ old: older, new: newer })}`, { signal })

export function previewLoad(layer: string, files: File[], said: Record<string, string>, signal?: AbortSignal): Promise<Preview> {
  const form = new FormData()
  form.set('layer', layer)
  for (const file of files) form.append('file', file, file.name)
  for (const [key, value] of Object.entries(said)) if (value) form.set(key, value)
  return json('/api/previews', { method: 'POST', body: form, signal })
}
export const beginLoad = (preview: string): Promise<Load> => send('POST', '/api/loads', { preview })
export const readLoads = (signal?: AbortSignal): Promise<{ items: Load[] }> => json('/api/loads', { signal })
export const readLoad = (id: string, signal?: AbortSignal): Promise<Load> => json(`/api/loads/${at(id)}`, { signal })
export const cancelLoad = (id: string): Promise<Load> => json(`/api/loads/${at(id)}`, { method: 'DELETE' })

export const readClauses = (pack: string, signal?: AbortSignal): Promise<Clauses> => json(`/api/packs/${at(pack)}/clauses`, { signal })
export const comparePacks = (a: string, b: string, signal?: AbortSignal): Promise<Compared> => json(`/api/packs/${at(a)}/compare/${at(b)}`, { signal })

export const readPeople = (): Promise<{ items: Account[] }> => json('/api/people')
export interface NewPerson { login: string; name: string; role: string; company: string; district: string }
export const addPerson = (person: NewPerson): Promise<Account & { password: string }> => send('POST', '/api/people', person)
export const changePerson = (id: number, change: Partial<Omit<NewPerson, 'login'>> & { disabled?: boolean }): Promise<Account> => send('PATCH', `/api/people/${id}`, change)
export const resetPassword = (id: number): Promise<{ password: string }> => json(`/api/people/${id}/password`, { method: 'POST' })

export const readCompanies = (): Promise<Companies> => json('/api/companies')
export const changeCompany = (id: number, known_as: string[]): Promise<Company> => send('PATCH', `/api/companies/${id}`, { known_as })

export const readTokens = (all: boolean): Promise<{ items: Token[] }> => json(`/api/tokens${query({ all: all ? 'true' : '' })}`)
export const makeToken = (name: string, may: string[], days: number): Promise<{ id: number; token: string }> => send('POST', '/api/tokens', { name, may, days })
export const revokeToken = (id: number): Promise<void> => bare(`/api/tokens/${id}`, 'DELETE')

export const readAudit = (wish: AuditWish, signal?: AbortSignal): Promise<{ items: AuditRow[] }> => json(`/api/audit${query({ ...wish })}`, { signal })
export const auditAddress = (wish: AuditWish): string => `/api/audit/rows.csv${query({ ...wish })}`
export const checkAudit = (): Promise<{ rows: number; broken: number | null; head: string }> => json('/api/audit/check')
