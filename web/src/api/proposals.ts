/** Speaking to the server about proposals. */
import { json, query, send } from './client'
import type { Compared, Proposal, ProposalPage } from './proposal-types'
import type { RouteFeature } from './types'

const at = (id: number): string => `/api/proposals/${id}`

export interface ProposalsAsked { state?: string; q?: string; mine?: boolean; limit: number; offset: number }

export const readProposals = (asked: ProposalsAsked, signal?: AbortSignal): Promise<ProposalPage> =>
  json(`/api/proposals${query({ ...asked, mine: asked.mine ? 'true' : '' })}`, { signal })

export const readProposal = (id: number, version?: number | null, signal?: AbortSignal): Promise<Proposal> =>
  json(`${at(id)}${query({ version })}`, { signal })

export const readCompanies = async (): Promise<{ id: number; name: string }[]> => (await json<{ items: { id: number; name: string }[] }>('/api/proposals/companies')).items

export interface Drawn { feature: RouteFeature; title: string; note: string }

export const makeProposal = (drawn: Drawn, company: number | null): Promise<Proposal> => send('POST', '/api/proposals', { ...drawn, company })

export const saveVersion = (id: number, revision: number, drawn: Drawn): Promise<Proposal> => send('PUT', `${at(id)}/version`, { ...drawn, revision })

export type Deed = 'submit' | 'withdraw' | 'return' | 'reopen'

export const doStep = (id: number, deed: Deed, revision: number, reason = ''): Promise<Proposal> =>
  send('POST', `${at(id)}/${deed}`, reason ? { revision, reason } : { revision })

export const readCompared = (id: number, a: number, b: number, signal?: AbortSignal): Promise<Compared> =>
  json(`${at(id)}/compare${query({ a, b })}`, { signal })
