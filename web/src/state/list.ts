/** The stored routes, read page by page as the list is scrolled. */
import { reactive, ref, shallowReactive, watch } from 'vue'
import type { RouteItem } from '../api/types'
import { readRoutes } from '../api/client'
import { explain } from '../i18n'
import { person } from './person'
import { listedItems, place } from './store'

export const PAGE = 60
const pages = shallowReactive(new Map<number, RouteItem[]>())
const asked = new Set<number>()
export const total = ref<number | null>(null)
export const counts = reactive<Record<string, number>>({})
export const listError = ref('')
let round = 0

export const itemAt = (index: number): RouteItem | undefined => pages.get(Math.floor(index / PAGE))?.[index % PAGE]

/** Makes sure that the rows from `first` to `last` are here or on their way. */
export function need(first: number, last: number): void {
  for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) void load(page)
}

export function reload(): void {
  round++
  asked.clear()
  listError.value = ''
  void load(0, true)
}

async function load(page: number, fresh = false): Promise<void> {
  if (!person.value || page < 0 || asked.has(page) || (total.value !== null && !fresh && page * PAGE >= total.value)) return
  asked.add(page)
  const mine = round
  try {
    const said = await readRoutes({ outcome: place.outcomes.join(',') || undefined, q: place.q.trim() || undefined, limit: PAGE, offset: page * PAGE })
    if (mine !== round) return
    if (fresh) pages.clear()
    pages.set(page, said.items)
    total.value = said.total
    for (const key of Object.keys(counts)) delete counts[key]
    Object.assign(counts, said.counts)
    listedItems.value = [...pages.keys()].sort((a, b) => a - b).flatMap((p) => pages.get(p)!)
  } catch (error) {
    asked.delete(page)
    if (mine === round) listError.value = explain(error)
  }
}

let wait: ReturnType<typeof setTimeout> | undefined
watch(() => [place.q, place.outcomes.join(',')], () => {
  clearTimeout(wait)
  wait = setTimeout(reload, 150)
})
