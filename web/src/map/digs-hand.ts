/** Joint digs under the hand, and what the map lights because something else is. */
import type { Map as MapLibre, PointLike } from 'maplibre-gl'
import { watch } from 'vue'
import { workFilter } from '../digs/gantt-works'
import { chooseDig, chooseWork, digLit, live, plan } from '../state/digs'
import { place } from '../state/store'
import { bands, digBadges, workLines, type Choice } from './digs'
import { setData } from './sync'

const EMPTY = { type: 'FeatureCollection' as const, features: [] }

export type DigTouch = { kind: 'work'; id: string } | { kind: 'band'; match: string; dig: string }

/** What lies under a point: a work first, then a badge, then a band. */
export function digUnder(map: MapLibre, point: { x: number; y: number }, reach: number): DigTouch | null {
  const near: [PointLike, PointLike] = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]]
  const badge = map.queryRenderedFeatures(near, { layers: ['dig-badges-disc'] })[0]
  if (badge) return { kind: 'band', match: String(badge.properties.match_id), dig: String(badge.properties.dig) }
  const work = map.queryRenderedFeatures(near, { layers: ['dig-works-reach'] })[0]
  if (work) return { kind: 'work', id: String(work.properties.work_id) }
  const band = map.queryRenderedFeatures(near, { layers: ['dig-bands-joint', 'dig-bands-apart'] })[0]
  return band ? { kind: 'band', match: String(band.properties.match_id), dig: String(band.properties.dig) } : null
}

export function lightDig(touched: DigTouch | null): void {
  if (touched === null) digLit.value = null
  else if (touched.kind === 'work') digLit.value = { work: touched.id }
  else digLit.value = touched.dig ? { dig: touched.dig } : { match: touched.match }
}

export function openDig(touched: DigTouch): void {
  const key = touched.kind === 'work' ? live.value?.works.get(touched.id)?.dig : touched.dig
  const dig = live.value?.digs.find((one) => one.key === key)
  if (dig) chooseDig(dig, false)
  if (touched.kind === 'work') chooseWork(touched.id)
}

/** Keeps the map's digs in step with the plan, the bar in the hand and what is lit. */
export function followPlan(map: MapLibre): void {
  const choice = (): Choice => {
    const keep = workFilter(plan.value!, place.digs.road, place.digs.party)
    const kept = new Set(plan.value!.works.filter(keep).map((work) => work.work_id))
    return { dig: place.digs.dig === null ? null : String(place.digs.dig), work: place.digs.work, keep: (id) => kept.has(id) }
  }
  watch(() => [plan.value, live.value, place.room, place.digs.dig, place.digs.work, place.digs.road, place.digs.party] as const, ([now, shown, room]) => {
    if (!now || !shown || room !== 'digs') {
      for (const source of ['dig-works', 'dig-bands', 'dig-badges']) setData(map, source, EMPTY)
      return
    }
    const found = bands(now, shown, choice())
    setData(map, 'dig-works', workLines(now, shown, choice()))
    setData(map, 'dig-bands', found)
    setData(map, 'dig-badges', digBadges(found, shown))
  }, { immediate: true })
  let before: { source: string; id: string }[] = []
  watch(digLit, (now) => {
    for (const one of before) map.setFeatureState(one, { lit: false })
    before = [...litFeatures(now)]
    for (const one of before) map.setFeatureState(one, { lit: true })
  })
}

function* litFeatures(lit: typeof digLit.value): Generator<{ source: string; id: string }> {
  if (!lit || !plan.value || !live.value) return
  if (lit.work) yield { source: 'dig-works', id: lit.work }
  if (lit.match) yield { source: 'dig-bands', id: lit.match }
  if (!lit.dig) return
  for (const [id, work] of live.value.works) if (work.dig === lit.dig) yield { source: 'dig-works', id }
  for (const match of plan.value.matches) if (live.value.joined.get(match.match_id) && live.value.works.get(match.a)?.dig === lit.dig) yield { source: 'dig-bands', id: match.match_id }
}
