/** What the review asks the server. */
import { json, query, send } from './client'
import type { BulkResult, Decision, Queue, ReviewItem, Said, Task, Tasks } from './review-types'

export interface QueueWish {
  district: string
  authority: string
  outcome: string
  state: string
  deadline: string
  at_limit: boolean
  undetermined: boolean
  sliced: boolean
  q: string
  sort: string
}

const yes = (wanted: boolean): string => (wanted ? 'true' : '')

export const readQueue = (wish: QueueWish, limit: number, offset: number, signal?: AbortSignal): Promise<Queue> =>
  json(`/api/queue${query({ ...wish, at_limit: yes(wish.at_limit), undetermined: yes(wish.undetermined), sliced: yes(wish.sliced), limit, offset })}`, { signal })

export const readItem = (route: number, signal?: AbortSignal): Promise<ReviewItem> => json(`/api/queue/${route}`, { signal })

export const takeItem = (route: number): Promise<ReviewItem> => send('POST', `/api/queue/${route}/take`, {})
export const returnItem = (route: number, reason: string): Promise<ReviewItem> => send('POST', `/api/queue/${route}/return`, { reason })
export const answerFinding = (route: number, key: string, answer: Said, reason: string): Promise<ReviewItem> =>
  send('POST', `/api/queue/${route}/answers`, { key, answer, reason })
export const askForMissing = (route: number): Promise<ReviewItem> => send('POST', `/api/queue/${route}/requests`, {})

export interface Signed {
  decision: Decision
  words: string
  signed_name: string
  paper?: string
  paper_on?: string
}
export const decideItem = (route: number, signed: Signed): Promise<ReviewItem> => send('POST', `/api/queue/${route}/decisions`, signed)
export const doMany = (routes: number[], act: 'take' | 'decide', signed: Partial<Signed>): Promise<{ results: BulkResult[] }> =>
  send('POST', '/api/queue/bulk', { routes, act, ...signed })
export const judgeAnew = (proposal: number): Promise<{ changed: boolean }> => send('POST', `/api/proposals/${proposal}/rejudge`, {})

export const readTasks = (state: string, mine: boolean, layer: string, signal?: AbortSignal): Promise<Tasks> =>
  json(`/api/tasks${query({ state, mine: yes(mine), layer, limit: 200 })}`, { signal })
export const answerTask = (id: number, words: string): Promise<Task> => send('POST', `/api/tasks/${id}/answer`, { words })
export const closeTask = (id: number, words: string): Promise<Task> => send('POST', `/api/tasks/${id}/close`, { words })
