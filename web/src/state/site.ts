/** The site that is asked about, what is known of it, and what of that is under the hand. */
import { computed, ref, shallowRef } from 'vue'
import type { Position } from 'geojson'
import { judgeSite, linesToSite } from '../api/site'
import type { SiteJudged, SiteLines } from '../api/site-types'
import { explain } from '../i18n'
import { flight, place, sheet, subject } from './store'
import { dismiss } from './subject'
import { cornersOf, survey } from './survey'
import { writePoints } from './url-site'
import { boxOf } from '../util/geo'

export const judged = shallowRef<SiteJudged | null>(null)
export const siteLines = shallowRef<SiteLines | null>(null)
export const siteError = ref('')
export const linesError = ref('')
/** Key of the card under the hand or chosen: the map shows it. */
export const siteLit = ref<string | null>(null)

/** The site that is asked about: what the address names or, in the room of a survey, the survey's own. */
export const where = computed<readonly Position[]>(() => {
  if (place.room !== 'survey') return place.site
  if (place.survey.tab !== 'site' || !survey.value) return []
  const corners = cornersOf(survey.value.site)
  return corners.length > 1 ? corners.slice(0, -1) : corners // a ring comes back to where it began
})

let asking: AbortController | null = null
let asked = ''

/** Asks the city about a place (one point) or an area (its corners); the panel opens. */
export function judgeHere(points: readonly Position[]): void {
  if (subject.value && subject.value.from !== 'drawn') dismiss()
  place.site = points.map(([lon, lat]) => [Number(lon!.toFixed(7)), Number(lat!.toFixed(7))])
  place.room = 'map'
  place.tab = 'site'
  if (sheet.value === 0) sheet.value = 1
}

/** Asks about the site, unless what is said of it is at hand; what is quick comes first, the lines follow. */
export async function followSite(): Promise<void> {
  const now = writePoints(where.value)
  if (now === asked && judged.value) return
  asking?.abort()
  const control = (asking = new AbortController())
  asked = now
  judged.value = siteLines.value = null
  siteError.value = linesError.value = ''
  siteLit.value = null
  const points = where.value
  if (!points.length) return
  try {
    judged.value = await judgeSite(points, control.signal)
    if (outOfSight()) flySite()
    siteLines.value = await linesToSite(points, control.signal)
  } catch (error) {
    if (control.signal.aborted) return
    if (judged.value) linesError.value = explain(error)
    else siteError.value = explain(error)
  }
}

/** From afar nothing of it can be told apart, and on a phone the sheet lies over it. */
const FAR_ZOOM = 15
const outOfSight = (): boolean => place.view === null || place.view.zoom < FAR_ZOOM || matchMedia('(max-width: 760px)').matches

/** Brings the site and the nearest main of each utility into view. */
export function flySite(): void {
  const near = judged.value?.mains.flatMap((one) => one.mains.slice(0, 1).filter((main) => main.distance_m < 400).map((main) => main.point)) ?? []
  const box = boxOf([[...where.value, ...near]])
  if (box) flight.value = { box, close: true }
}

/** Asks again what failed. */
export function askAgain(): void {
  asked = ''
  void followSite()
}

export function leaveSite(): void {
  asking?.abort()
  asked = ''
  judged.value = siteLines.value = null
  siteLit.value = null
  place.site = []
  place.tab = 'routes'
}
