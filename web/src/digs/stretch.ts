/** Who lies where along a road: from–to, side, depth. Pure: matches in, lanes out. */

export type Side = 'left' | 'right' | 'across' | null

/** One stretch that two works share. */
export interface SharedStretch {
  a: string
  b: string
  road_id: string | null
  road_name: string | null
  from_m: number | null
  to_m: number | null
  side_a: Side
  side_b: Side
  shared_m: number | null
}

export interface Lane {
  work: string
  side: Side
  /** Bits that it shares with somebody, apart from each other, in order; metres along the road. */
  bits: [from_m: number, to_m: number][]
}

export interface RoadStretch {
  road: string | null
  name: string | null
  from_m: number
  to_m: number
  /** Left of the road first, then what crosses or has no side, then the right. */
  lanes: Lane[]
  /** Where two or more works lie side by side. */
  joint: [from_m: number, to_m: number][]
  /** Round measures between the ends, for a ruler. */
  marks: number[]
}

type Bit = [from_m: number, to_m: number]

/** Bits joined where they touch, in order. */
export function joined(bits: readonly Bit[]): Bit[] {
  const out: Bit[] = []
  for (const [from, to] of [...bits].sort((a, b) => a[0] - b[0])) {
    const last = out[out.length - 1]
    if (last && from <= last[1] + 0.0005) last[1] = Math.max(last[1], to)
    else out.push([from, to])
  }
  return out
}

const RANK: Record<string, number> = { left: 0, across: 1, none: 1, right: 2 }
const rank = (side: Side): number => RANK[side ?? 'none']!

/** One entry for each road, the longest joint stretch first; `order`: works as they are to be listed within a side. */
export function roadStretches(stretches: readonly SharedStretch[], order: readonly string[]): RoadStretch[] {
  const roads = new Map<string, SharedStretch[]>()
  for (const one of stretches) {
    if (one.from_m === null || one.to_m === null) continue
    const key = one.road_id ?? ''
    roads.set(key, [...(roads.get(key) ?? []), one])
  }
  return [...roads.values()].map((some) => roadStretch(some, order)).sort((a, b) => length(b.joint) - length(a.joint))
}

const length = (bits: readonly Bit[]): number => bits.reduce((sum, [from, to]) => sum + to - from, 0)

function roadStretch(some: readonly SharedStretch[], order: readonly string[]): RoadStretch {
  const lanes = new Map<string, { side: Side; bits: Bit[] }>()
  const put = (work: string, side: Side, bit: Bit): void => {
    const lane = lanes.get(work) ?? { side, bits: [] }
    lane.bits.push(bit)
    lane.side ??= side
    lanes.set(work, lane)
  }
  const bits = some.map((one): Bit => [Math.min(one.from_m!, one.to_m!), Math.max(one.from_m!, one.to_m!)])
  some.forEach((one, k) => { put(one.a, one.side_a, bits[k]!); put(one.b, one.side_b, bits[k]!) })
  const joint = joined(bits.map((bit): Bit => [...bit]))
  const [from_m, to_m] = [joint[0]![0], joint[joint.length - 1]![1]]
  const place = (work: string): number => { const k = order.indexOf(work); return k < 0 ? order.length : k }
  const listed = [...lanes].map(([work, lane]): Lane => ({ work, side: lane.side, bits: joined(lane.bits.map((bit): Bit => [...bit])) }))
  listed.sort((a, b) => rank(a.side) - rank(b.side) || place(a.work) - place(b.work) || a.work.localeCompare(b.work))
  return { road: some[0]!.road_id, name: some[0]!.road_name, from_m, to_m, lanes: listed, joint, marks: roundMarks(from_m, to_m) }
}

/** What one party shares with others on a road. */
export interface SharedOnRoad {
  road: string | null
  others: string[]
  metres: number
  /** Along the road, where it is measured: from–to of each bit. */
  ranges: Bit[]
}

interface Bits {
  road_name: string | null
  from_m: number | null
  to_m: number | null
  shared_m: number | null
  works: readonly { work_id: string }[]
}

/** Stretches of some works with others, summed by road and by whom they are shared with; the longest first. */
export function sharedWith(stretches: readonly Bits[], mine: ReadonlySet<string>): SharedOnRoad[] {
  const out = new Map<string, SharedOnRoad>()
  for (const one of stretches) {
    const others = one.works.map((work) => work.work_id).filter((id) => !mine.has(id))
    if (others.length === one.works.length || !others.length) continue
    const key = [one.road_name, ...others].join('\n')
    const known = out.get(key) ?? { road: one.road_name, others, metres: 0, ranges: [] }
    known.metres += one.shared_m ?? 0
    if (one.from_m !== null && one.to_m !== null) known.ranges.push([one.from_m, one.to_m])
    out.set(key, known)
  }
  return [...out.values()].sort((a, b) => b.metres - a.metres)
}

/** Round numbers inside a range, at most about five. */
export function roundMarks(from: number, to: number): number[] {
  const span = to - from
  if (!(span > 0)) return []
  const rough = 10 ** Math.floor(Math.log10(span / 4))
  const step = [1, 2, 5, 10].map((k) => k * rough).find((s) => span / s <= 5.2)!
  const out: number[] = []
  for (let m = Math.ceil(from / step) * step; m <= to; m += step) out.push(Number(m.toFixed(6)))
  return out
}
