/** A plan that a job makes: how far it is, ending it, and what became of it. It lives on the server, its id in the address. */
import { ref, shallowRef } from 'vue'
import type { Plan, PlanHead } from '../api/dig-types'
import type { Job } from '../api/types'
import { cancelJob, readJob, readPlan } from '../api/client'
import { Problem } from '../api/problem'
import { explain } from '../i18n'

export interface Making {
  plan: PlanHead
  /** Null as long as nothing is known of it. */
  job: Job | null
  state: 'queued' | 'running' | 'failed' | 'cancelled'
}

/** The plan that is being made, or the one that came to nothing. */
export const making = shallowRef<Making | null>(null)
export const makingError = ref('')
export const ending = ref(false)

const POLL_MS = 500
const rest = (times: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, times * POLL_MS))
const ended = (state: string): boolean => state === 'done' || state === 'failed' || state === 'cancelled'

/** The whole plan once it is made; null where it came to nothing, or nobody waits for it any more (`wanted`). `begun`: it is not there yet. */
export async function waitFor(id: string, wanted: () => boolean, begun: () => void): Promise<Plan | null> {
  makingError.value = ''
  let last: Plan | null = null
  while (wanted()) {
    try {
      const head = await readPlan(id)
      if (!wanted()) return null
      if (head.state === 'done') {
        making.value = null
        return head
      }
      if (last === null) begun()
      last = head
      const job = await jobOf(head)
      if (!wanted()) return null
      const state = came(head, job)
      making.value = { plan: head, job, state }
      makingError.value = ''
      if (ended(state)) return null
      await rest(1)
    } catch (error) {
      // The connection may come back, and the plan is made all the same.
      if (last === null || !(error instanceof Problem) || error.status !== 0) throw error
      makingError.value = explain(error)
      await rest(4)
    }
  }
  return null
}

/** What the job says; a job that is not told of costs only the bar. */
async function jobOf(head: PlanHead): Promise<Job | null> {
  if (!head.job) return null
  return readJob(head.job).catch((error: unknown) => {
    if (error instanceof Problem && error.status === 0) throw error
    return null
  })
}

/** Where it stands: a job that was ended or failed leaves no plan, whatever the plan itself says yet. */
export function came(head: Pick<PlanHead, 'state'>, job: Pick<Job, 'state'> | null): Making['state'] {
  if (job?.state === 'cancelled' || head.state === 'cancelled') return 'cancelled'
  if (job?.state === 'failed' || head.state === 'failed') return 'failed'
  return head.state === 'running' || job?.state === 'running' || job?.state === 'done' ? 'running' : 'queued'
}

/** Ends the making; the loop that follows it says so. */
export async function endMaking(): Promise<void> {
  const job = making.value?.plan.job
  if (!job || ending.value) return
  ending.value = true
  try {
    await cancelJob(job)
  } catch (error) {
    makingError.value = explain(error)
  } finally {
    ending.value = false
  }
}
