/** A small plan for the tests: two works dug together, one apart, one paving, one without dates. */
import type { Dig, Plan, PlanMatch, Savings, Work } from '../api/dig-types'

export const saved = (metres: number, days = 5, points = metres * 10): Savings => ({ openings: 1, metres, area_m2: metres, unmeasured_m: 0, days, yuan: null, unpriced_m2: 0, points })

export function work(work_id: string, party: string | null, start: string | null, dig: number | null, more: Partial<Work> = {}): Work {
  return {
    work_id, kind: 'route', party, project: null, utility: 'water', route: null, roads: ['东京大道'], length_m: 100, diameter_mm: null, depth_m: null, trench_width_m: null,
    window: { start: '2026-12-01', end: '2026-12-31', firm: false, shift_days: 3, duration_days: 5, ready: null, owed: [] }, closures: [],
    planned: start === null ? null : { start, end: start, open_days: 5, shift_days: 0, provisional: false, dig, dig_id: dig === null ? null : 'dig-1', role: 'joins', order: 1 },
    moved: false, bbox: [114, 34, 115, 35], geometry: { type: 'LineString', coordinates: [[114, 34], [114.001, 34]] }, ...more,
  }
}

export const dig = (id: number, dig_id: string, works: string[], savings: Savings, more: Partial<Dig> = {}): Dig =>
  ({ id, dig_id, works, savings, state: 'proposed', lead: works[0]!, start: '2026-12-07', end: '2026-12-11', road_names: ['东京大道'], ...more }) as Dig

export function match(match_id: string, a: string, b: string, joined: boolean, metres = 100): PlanMatch {
  const lon = 114 + metres / 91_000
  return {
    match_id, a, b, shared_m: metres, road_names: [], days_in_common: 9, status: 'together', planned: { joined, days_in_common: joined ? 5 : 0 }, dig: null,
    geometry: { type: 'MultiLineString', coordinates: [[[114, 34], [lon, 34]]] },
  }
}

export const plan = {
  id: 'p', works: [work('A', '甲', '2026-12-07', 7), work('B', '乙', '2026-12-07', 7), work('C', '丙', '2026-12-21', null), work('D', '丁', null, null)],
  matches: [match('ab', 'A', 'B', true), match('bc', 'B', 'C', false, 30)], digs: [dig(7, 'dig-1', ['A', 'B'], saved(50)), dig(6, 'dig-9', ['A', 'C'], saved(9), { state: 'dropped' })],
  unjoined: [{ match_id: 'bc', a: 'B', b: 'C', binding: 'days', work_id: 'C', text: { zh: '…', en: '…' }, change: null, missing: [], loses: [] }],
  savings: saved(50), violations: [{ rule: 'closure', work_id: 'C', other: null, text: '…' }],
} as unknown as Plan
