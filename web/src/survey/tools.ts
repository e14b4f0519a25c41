/** The tool in the hand: a pin, a line or an area that all will see. */
import { computed, ref, shallowRef } from 'vue'
import type { Position } from 'geojson'
import { length_m } from '../util/geo'
import { area_m2 } from './measure'
import { tell } from './room'

export type Tool = 'pin' | 'line' | 'area'
export const tool = ref<Tool | null>(null)
export const points = shallowRef<Position[]>([])
export const words = ref('')
/** Where the hand is: the line runs on to there. */
export const aim = shallowRef<Position | null>(null)

const LEAST: Record<Tool, number> = { pin: 1, line: 2, area: 3 }
export const enough = computed(() => tool.value !== null && points.value.length >= LEAST[tool.value])
/** Metres or square metres of what is drawn so far. */
export const measured = computed<number | null>(() => {
  const all = aim.value && tool.value !== 'pin' ? [...points.value, aim.value] : points.value
  if (tool.value === 'line' && all.length > 1) return length_m(all)
  return tool.value === 'area' && all.length > 2 ? area_m2(all) : null
})

export function pick(one: Tool | null): void {
  tool.value = one
  points.value = []
  words.value = ''
  aim.value = null
}

export function put(at: Position): void {
  const place = at.map((n) => Number(n.toFixed(7)))
  points.value = tool.value === 'pin' ? [place] : [...points.value, place]
}

/** Shows it to all. A pin may bring a photo. */
export async function finish(photo: Blob | null = null): Promise<void> {
  if (!tool.value || !enough.value) return
  const [kind, all, text] = [tool.value, points.value, words.value.trim()]
  const said = text ? { text } : {}
  pick(null)
  if (kind === 'pin') await (photo ? tell('photo', { at: all[0], ...said }, photo) : tell('pin', { at: all[0], ...said }))
  else if (kind === 'line') await tell('drawing', { line: all, length_m: Number(length_m(all).toFixed(2)), ...said })
  else await tell('drawing', { area: all, area_m2: Number(area_m2(all).toFixed(1)), ...said })
}
