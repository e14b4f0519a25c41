/** Choosing what the card is about, and lighting parts of it. */
import { computed } from 'vue'
import type { Box, Judged, RouteFeature, Stretch } from '../api/types'
import { readRoute, reviewLine } from '../api/client'
import { group } from '../card/findings'
import { explain } from '../i18n'
import { boxOfStretches } from '../map/highlights'
import { boxOf, linesOf } from '../util/geo'
import { flight, lit, place, sheet, subject, subjectError, subjectLoading } from './store'

let asking: AbortController | null = null

export const groups = computed(() => (subject.value ? group(subject.value.verdict) : { deciding: [], unknown: [], warning: [], rest: [] }))

/** Opens a stored route; `fly` brings it into view. */
export async function choose(id: string | number, fly: boolean, box?: Box): Promise<void> {
  asking?.abort()
  const control = (asking = new AbortController())
  place.route = String(id)
  lit.value = null
  subjectError.value = ''
  subjectLoading.value = true
  if (sheet.value === 0) sheet.value = 1
  if (fly && box) flight.value = { box }
  try {
    const answer = await readRoute(id, control.signal)
    // A route that was loaded and never judged is judged when somebody looks.
    const judged = answer.verdict ? { verdict: answer.verdict, pieces: answer.pieces ?? [] } : await reviewLine(answer.route, {}, control.signal)
    subject.value = { from: 'stored', key: String(id), feature: answer.route, ...judged }
    const own = box ?? boxOf(linesOf(answer.route.geometry))
    if (fly && !box && own) flight.value = { box: own }
  } catch (error) {
    if (control.signal.aborted) return
    subject.value = null
    subjectError.value = explain(error)
  } finally {
    if (asking === control) subjectLoading.value = false
  }
}

/** Shows a verdict that is already here: a drawn line, or a row of a job. */
export function show(from: 'drawn' | 'job' | 'proposal', key: string, feature: RouteFeature, judged: Judged): void {
  asking?.abort()
  subjectLoading.value = false
  subjectError.value = ''
  if (from !== subject.value?.from || key !== subject.value?.key) lit.value = null
  subject.value = { from, key, feature, verdict: judged.verdict, pieces: judged.pieces ?? [] }
}

export function dismiss(): void {
  asking?.abort()
  place.route = null
  place.row = null
  subject.value = null
  subjectError.value = ''
  subjectLoading.value = false
  lit.value = null
}

export function light(finding: number | null, stretch: number | null = null, piece: number | null = null): void {
  lit.value = finding === null && piece === null ? null : { finding, stretch, piece }
}

/** Zooms to some stretches of the subject. */
export function visit(stretches: readonly Stretch[]): void {
  const now = subject.value
  const box = now && boxOfStretches(stretches, now.feature, now.verdict.length.planar_m)
  if (box) flight.value = { box, close: true }
}

export function visitAll(): void {
  const box = subject.value && boxOf(linesOf(subject.value.feature.geometry))
  if (box) flight.value = { box }
}
