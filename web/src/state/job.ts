/** A file under review: handing it in, following it, its results. The job lives on the server, its id in the address. */
import { computed, ref, shallowRef } from 'vue'
import type { Job, JobRoutes, RouteFeature } from '../api/types'
import { cancelJob, readJob, readJobRoutes, readJobRow, reviewFile, type FileOptions } from '../api/client'
import { Problem } from '../api/problem'
import { explain, t } from '../i18n'
import { boxOf, linesOf } from '../util/geo'
import { bundle } from '../util/bundle'
import { flight, place, sheet, subject } from './store'
import { dismiss, show } from './subject'

export const job = shallowRef<Job | null>(null)
export const jobError = ref('')
export const sending = ref('')
export const results = shallowRef<JobRoutes | null>(null)
/** The files of this visit, kept to review them again with other options. */
export const lastFiles = shallowRef<File[]>([])

const POLL_MS = 400
let timer: ReturnType<typeof setTimeout> | null = null

/** Hands in what was dropped or chosen. */
export async function submit(files: File[], options: FileOptions = {}): Promise<void> {
  place.tab = 'batch'
  if (sheet.value === 0) sheet.value = 1
  jobError.value = ''
  stopFollowing()
  try {
    const together = bundle(files)
    if (!together) {
      jobError.value = t('batch.needall')
      return
    }
    lastFiles.value = together
    sending.value = together[0]!.name
    const { id } = await reviewFile(together, options)
    forget()
    place.job = id
    await poll(id)
  } catch (error) {
    jobError.value = explain(error)
  } finally {
    sending.value = ''
  }
}

/** Follows the job of the address; null lets go. */
export async function follow(id: string | null): Promise<void> {
  stopFollowing()
  if (!id) return forget()
  const { row } = place
  if (job.value?.id !== id) forget()
  place.job = id
  place.row = row
  await poll(id)
}

export function forget(): void {
  stopFollowing()
  job.value = null
  results.value = null
  jobError.value = ''
  place.job = null
  place.row = null
  if (subject.value?.from === 'job') dismiss()
}

export async function cancel(): Promise<void> {
  if (!job.value) return
  try {
    await cancelJob(job.value.id)
    await poll(job.value.id)
  } catch (error) {
    jobError.value = explain(error)
  }
}

async function poll(id: string): Promise<void> {
  stopFollowing()
  try {
    const said = await readJob(id)
    if (place.job !== id) return
    const first = job.value === null
    job.value = said
    if (said.state === 'done' && !results.value) await readResults(id, !first || place.view === null)
    if (said.state === 'queued' || said.state === 'running') timer = setTimeout(() => void poll(id), POLL_MS)
  } catch (error) {
    jobError.value = error instanceof Problem && error.status === 404 ? t('batch.gone') : explain(error)
    // The connection may come back; a job that is gone does not.
    if (error instanceof Problem && error.status === 0) timer = setTimeout(() => void poll(id), 4 * POLL_MS)
  }
}

function stopFollowing(): void {
  if (timer) clearTimeout(timer)
  timer = null
}

async function readResults(id: string, fly: boolean): Promise<void> {
  const said = await readJobRoutes(id)
  said.features.forEach((feature, i) => {
    feature.properties = { ...feature.properties, row_no: feature.properties?.row_no ?? i + 1 }
  })
  results.value = said
  if (fly) showAll()
  if (place.row !== null) await chooseRow(place.row)
}

export function showAll(): void {
  const box = results.value && boxOf(results.value.features.flatMap((f) => (f.geometry ? linesOf(f.geometry) : [])))
  if (box) flight.value = { box }
}

export const rowsOf = computed(() => new Map(results.value?.features.map((f) => [Number(f.properties!.row_no), f as RouteFeature])))

let asking: AbortController | null = null

/** Opens one result of the file. */
export async function chooseRow(row: number, fly = false): Promise<void> {
  const feature = rowsOf.value.get(row)
  if (!feature || !job.value) return
  asking?.abort()
  const control = (asking = new AbortController())
  place.row = row
  if (sheet.value === 0) sheet.value = 1
  const box = fly && feature.geometry ? boxOf(linesOf(feature.geometry)) : null
  if (box) flight.value = { box }
  try {
    const said = await readJobRow(job.value.id, row, control.signal)
    if (said.verdict) show('job', String(row), said.route, { verdict: said.verdict, pieces: said.pieces ?? [] })
  } catch (error) {
    if (control.signal.aborted) return
    place.row = null
    jobError.value = explain(error)
  }
}
