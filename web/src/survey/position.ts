/** Where this phone is: followed only while its holder wants it, told to the room when it has moved. */
import { ref, shallowRef } from 'vue'
import type { At } from './pointers'
import { tell } from './room'
import { length_m } from '../util/geo'

export interface Here {
  at: At
  accuracy_m: number
  heading: number | null
}

export type Off = 'insecure' | 'none' | 'denied' | 'unavailable' | 'slow'
export const here = shallowRef<Here | null>(null)
export const watching = ref(false)
export const off = ref<Off | null>(null)

const [MOVED_M, STILL_MS] = [2, 30_000]
let watch: number | null = null
let told: { at: At; when: number } | null = null

const REASONS: Record<number, Off> = { 1: 'denied', 2: 'unavailable', 3: 'slow' }

export function startWatching(): void {
  off.value = null
  if (!isSecureContext) off.value = 'insecure'
  else if (!navigator.geolocation) off.value = 'none'
  if (off.value) return
  watching.value = true
  watch = navigator.geolocation.watchPosition(
    ({ coords }) => {
      off.value = null
      here.value = { at: [coords.longitude, coords.latitude], accuracy_m: coords.accuracy, heading: coords.heading }
      void tellMoved()
    },
    (error) => {
      off.value = REASONS[error.code] ?? 'unavailable'
      if (off.value === 'denied') stopWatching()
    },
    { enableHighAccuracy: true, maximumAge: 2_000, timeout: 20_000 },
  )
}

export function stopWatching(): void {
  if (watch !== null) navigator.geolocation.clearWatch(watch)
  watch = told = null
  watching.value = false
  here.value = null
}

async function tellMoved(): Promise<void> {
  const now = here.value!
  if (told && Date.now() - told.when < STILL_MS && length_m([told.at, now.at]) < MOVED_M) return
  told = { at: now.at, when: Date.now() }
  await tell('position', { lon: now.at[0], lat: now.at[1], accuracy_m: Number(now.accuracy_m.toFixed(1)), ...(now.heading === null || Number.isNaN(now.heading) ? {} : { heading: now.heading }) })
}

export type Shell = 'wechat' | 'ios' | 'android' | 'other'
/** Which cure to tell: the browser inside WeChat has a switch of its own. */
export const shellOf = (agent: string): Shell =>
  /MicroMessenger/i.test(agent) ? 'wechat' : /iPhone|iPad/i.test(agent) ? 'ios' : /Android/i.test(agent) ? 'android' : 'other'
