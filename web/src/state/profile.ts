/** The ground along the line that the page is about: asked for while its strip is open. */
import { computed, ref, shallowRef, watch } from 'vue'
import type { LineString, MultiLineString } from 'geojson'
import type { Stretch } from '../api/types'
import { readProfile, type Profile } from '../api/places'
import { Problem } from '../api/problem'
import { explain, t } from '../i18n'
import { Latest } from '../util/latest'
import { place, subject } from './store'
import { current, phase } from './table'

type Line = LineString | MultiLineString

export const profile = shallowRef<Profile | null>(null)
export const profileError = ref('')
/** The station under the hand, on the strip or on the map. */
export const station = ref<number | null>(null)

/** The line whose ground can be shown: the one under the pen, else the one of the card. */
export const profileLine = computed<Line | null>(() => {
  if (place.room !== 'map' && place.room !== 'review') return null
  if (phase.value === 'drawing') return (current.value?.points.length ?? 0) > 1 ? { type: 'LineString', coordinates: [...current.value!.points] } : null
  const shape = subject.value?.feature.geometry
  return shape?.type === 'LineString' || shape?.type === 'MultiLineString' ? shape : null
})
export const profileOpen = computed(() => place.profile && profileLine.value !== null)
/** Whose road each stretch lies in, where the verdict is about the same line. */
export const profilePieces = computed<readonly Stretch[]>(() => (phase.value === 'drawing' ? [] : (subject.value?.pieces ?? [])))

const asking = new Latest<Line, Profile>(
  (line, signal) => readProfile(line, signal),
  (found, line) => {
    if (line !== profileLine.value) return
    profile.value = found
    profileError.value = ''
    station.value = null
  },
  (error) => {
    profile.value = null
    profileError.value = error instanceof Problem && error.status === 404 ? t('profile.missing') : explain(error)
  },
)

watch([profileLine, () => place.profile], ([line, open], before) => {
  if (!open || !line) {
    asking.stop()
    station.value = null
  }
  if (!open || !line || (line === before[0] && before[1])) return
  if (phase.value !== 'drawing') profile.value = null // of another line; one that grows keeps its strip until the next
  asking.ask(line)
}, { immediate: true })

export const flipProfile = (): void => { if (place.profile || profileLine.value) place.profile = !place.profile }
