/** The place that was pasted: a pin on the map, with the words for how it was understood. */
import { shallowRef } from 'vue'
import type { PastedPlace } from '../api/places'
import type { Words } from '../api/types'
import { flight, place } from './store'

/** What is known of the pin beyond its numbers; a link to the page brings the numbers alone. */
export const pinned = shallowRef<{ at: [number, number]; said: Words; about: Words | null } | null>(null)

export function putPin(found: PastedPlace, about: Words | null): void {
  const { lon, lat } = found
  place.pin = [lon, lat]
  pinned.value = { at: [lon, lat], said: found.said, about }
  flight.value = { box: [lon, lat, lon, lat], zoom: 18 }
}

export function takePin(): void {
  place.pin = null
  pinned.value = null
}
