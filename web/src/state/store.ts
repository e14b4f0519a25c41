/** What the page knows: city, pack, the shown subject, what is lit. One place, plain reactive values. */
import { computed, reactive, ref, shallowRef } from 'vue'
import type { Box, City, LayerInfo, Pack, RouteFeature, RouteItem, Stretch, Verdict } from '../api/types'
import { readCity, readLayers, readPack } from '../api/client'
import { explain, maybe, t, words } from '../i18n'
import { entryOf } from './packs'
import { nowhere, type Place } from './url'

/** Everything of the address except the language, which lives in i18n. */
export const place: Place = reactive(nowhere())

/** A background from outside did not answer. */
export const backgroundFailed = ref(false)
export const city = shallowRef<City | null>(null)
export const layers = shallowRef<LayerInfo[]>([])
export const pack = shallowRef<Pack | null>(null)
export const failure = ref('')

/** What the verdict card and the map are about. */
export interface Subject {
  from: 'stored' | 'drawn' | 'job' | 'proposal'
  key: string
  feature: RouteFeature
  verdict: Verdict
  pieces: Stretch[]
}

export const subject = shallowRef<Subject | null>(null)
export const subjectLoading = ref(false)
export const subjectError = ref('')

/** The finding (index in the verdict) or piece under the hand; the map and the card both read and set it. */
export interface Lit {
  finding: number | null
  stretch: number | null
  piece: number | null
}
export const lit = ref<Lit | null>(null)

/** Asks the map to bring something into view; the map clears it. */
export const flight = shallowRef<{ box: Box; close?: boolean; zoom?: number } | null>(null)

/** The rows that the list shows, for "next" and "previous". */
export const listedItems = shallowRef<RouteItem[]>([])

/** The phone's sheet: 0 peek, 1 half, 2 full. */
export const sheet = ref<0 | 1 | 2>(0)

export const tiers = computed<string[]>(() => [...entryOf(pack.value?.outcomes).keys()])
const tables = {
  outcome: computed(() => entryOf(pack.value?.outcomes)),
  condition: computed(() => entryOf(pack.value?.conditions)),
  rule: computed(() => entryOf(pack.value?.rules)),
  permit: computed(() => entryOf(pack.value?.permits)),
}

/** The pack's words for one of its ids, else the page's own, else the id. */
export function named(kind: keyof typeof tables, id: string): string {
  const said = words(tables[kind].value.get(id)) || maybe(`${kind}.${id}`, id)
  return said.charAt(0).toUpperCase() + said.slice(1)
}

export async function open(): Promise<void> {
  failure.value = ''
  try {
    const [ground, list] = await Promise.all([readCity(), readLayers()])
    layers.value = list
    // The pack's outcomes shape the map's style, so it comes first; without it the map still opens.
    pack.value = ground.default_pack === null ? null : await readPack(ground.default_pack).catch((error: unknown) => {
      failure.value = explain(error)
      return null
    })
    if (ground.default_pack === null) failure.value = t('error.nopack')
    city.value = ground
  } catch (error) {
    failure.value = explain(error)
  }
}
