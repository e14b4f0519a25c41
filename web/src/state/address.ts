/** Writing the state into the address, and following it back. */
import { nextTick, watch } from 'vue'
import { lang, setLang } from '../i18n'
import { followDigs, openDigs } from './digs'
import { forget, phase, restore } from './drawing'
import { follow as followJob } from './job'
import { openReview } from './review'
import { followProposal } from './proposals'
import { followSurvey } from './survey'
import { place, flight, subject } from './store'
import { choose, dismiss } from './subject'
import { recoverPen } from './unsaved'
import { addressOf, fromAddress, type Place } from './url'
import { boxOf } from '../util/geo'

/** Steps that "back" undoes; everything else only rewrites the present entry. */
const stepKey = (p: Place): string =>
  (p.room === 'guest' ? [p.room] : p.room === 'data' ? [p.room, p.data.tab, p.data.item, p.data.view] : p.room === 'digs' ? [p.room, p.digs.tab, p.digs.dig] : p.room === 'review' ? [p.room, p.review.tab, p.review.route] : p.room === 'survey' ? [p.room, p.survey.id] : [p.room, p.token, p.tab, p.route, p.job, p.row, p.proposal.id, p.proposal.fresh, p.proposal.old, p.proposal.sheet?.join('.'), p.site.join()]).join('|')
let lastStep = ''
let following = false

const firstLang = (): 'zh' | 'en' => (/^zh/i.test(navigator.language) || !/^en/i.test(navigator.language) ? 'zh' : 'en')

/** Reads the address into the state; call once before the page is mounted. */
export function readAddress(): void {
  const said = fromAddress(location.pathname, location.search)
  setLang(said.lang ?? firstLang())
  Object.assign(place, said)
  if (place.room === 'guest') history.replaceState(null, '', addressOf(place)) // before anything else could read the secret there
  lastStep = stepKey(place)
}

/** Opens what the address names; call once the city is known. */
export async function openAddress(): Promise<void> {
  if (place.room === 'data') return
  if (place.room === 'digs') return openDigs()
  if (place.room === 'review') return openReview()
  if (place.room === 'survey') return followSurvey()
  if (place.job) await followJob(place.job)
  if (place.tab === 'proposals') return followProposal(place.view === null)
  if (place.route) await choose(place.route, place.view === null)
  else {
    const box = place.view === null && boxOf([place.line, ...place.others.map((one) => one.line)].filter((one) => one.length > 1))
    restore()
    recoverPen()
    if (box) flight.value = { box }
  }
}

export function writeAddress(): void {
  watch([place, lang], () => {
    if (following) return
    const address = addressOf({ ...place, lang: lang.value === firstLang() ? null : lang.value })
    const step = stepKey(place)
    if (address === location.pathname + location.search) return
    if (step === lastStep) history.replaceState(null, '', address)
    else history.pushState(null, '', address)
    lastStep = step
  }, { deep: true, flush: 'post' })
  addEventListener('popstate', () => void goBack())
}

async function goBack(): Promise<void> {
  following = true
  const before = { route: place.route, job: place.job }
  const said = fromAddress(location.pathname, location.search)
  setLang(said.lang ?? firstLang())
  Object.assign(place, said)
  lastStep = stepKey(place)
  if (said.room === 'map') await followMap(said, before)
  else if (said.room === 'digs') await followDigs()
  else if (said.room === 'review') await openReview()
  else if (said.room === 'survey') await followSurvey()
  if (said.view) flight.value = { box: [said.view.lon, said.view.lat, said.view.lon, said.view.lat], zoom: said.view.zoom }
  await nextTick()
  following = false
}

async function followMap(said: Place, before: Pick<Place, 'route' | 'job'>): Promise<void> {
  await followProposal(true)
  if (said.job !== before.job) await followJob(said.job)
  if (said.route && said.route !== before.route) await choose(said.route, true)
  else if (!said.route && (before.route || subject.value?.from === 'stored')) dismiss()
  if (!said.line.length && !said.others.length && phase.value !== 'idle') forget()
  else if (subject.value === null && !said.route) restore()
}
