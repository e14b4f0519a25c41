/** Works that would be dug on the same stretch as the line under the pen. */
import { computed } from 'vue'
import { judged } from './drawing'

export interface LiveWork {
  with: string
  party: string
  shared_m: number | null
  road: string
  days: number | null
  crossing: boolean
}

/** Null where nobody looked for any. */
export const looked = computed(() => judged.value !== null && judged.value.verdict.matches !== null && judged.value.verdict.matches !== undefined)

export const works = computed<LiveWork[]>(() =>
  (judged.value?.verdict.matches ?? []).map((one) => ({
    with: one.with, party: one.party ?? '', shared_m: one.shared_m ?? null, road: one.road_name ?? '', days: one.days_in_common ?? null, crossing: one.kind === 'crossing',
  })))
