/** The common trench, cut across, as places in a drawing. Metres in, pixels out; nothing here knows SVG. */

export interface SectionPipe {
  work_id?: string | null
  order: number
  utility: string | null
  /** Axis, from the left wall. */
  x_m: number
  /** From the ground to the top of the pipe; null: not stated. */
  cover_m: number | null
  diameter_mm: number | null
}

export interface Section {
  pipes: SectionPipe[]
  /** Corners (metres from the left wall, metres below the ground), round the trench. */
  outline: [x: number, depth: number][]
  width_m: number | null
  width_at_least_m: number
  depth_m: number | null
  depth_at_least_m: number
}

export interface DrawnPipe {
  pipe: SectionPipe
  x: number
  y: number
  r: number
  /** False where its size or depth is not stated: it is drawn dashed, where there is room. */
  sure: boolean
  /** Place of the top of the pipe, null where its cover is not stated. */
  top: number | null
  /** Is there room for a number inside? */
  numbered: boolean
}

/** A measure: from, to along its own direction; `at` across it. */
export interface Dimension {
  from: number
  to: number
  at: number
  text: string
}

export interface Drawing {
  width: number
  height: number
  px_per_m: number
  ground: number
  left: number
  right: number
  bottom: number
  corners: [number, number][]
  pipes: DrawnPipe[]
  /** Above the ground: from wall to axis to axis to wall, then the whole width. */
  across: Dimension[]
  /** Left of the trench: the whole depth. */
  depth: Dimension
}

const SIDE = 58
const HEAD = 62
const FOOT = 16
const TALLEST = 250
/** A pipe without a stated size is drawn with this one, dashed. */
const UNSIZED_MM = 160
/** Room that a text such as "0.45" needs. */
const TEXT = 30

const told = (metres: number, sure = true): string => (sure ? '' : '≥ ') + metres.toFixed(2)

/** The drawing of a trench in `width` pixels. */
export function drawSection(section: Section, width: number): Drawing {
  const [wide, deep] = [Math.max(0.2, section.width_at_least_m), Math.max(0.2, section.depth_at_least_m)]
  const px = Math.min((width - 2 * SIDE) / wide, TALLEST / deep)
  const left = (width - wide * px) / 2
  const x = (m: number): number => left + m * px
  const y = (m: number): number => HEAD + m * px
  const pipes = section.pipes.map((pipe) => drawPipe(pipe, deep, x, y, px))
  return {
    width, height: HEAD + deep * px + FOOT, px_per_m: px, ground: HEAD, left, right: x(wide), bottom: y(deep),
    corners: section.outline.map(([m, d]) => [x(m), y(d)]),
    pipes,
    across: acrossOf(section, x),
    depth: { from: HEAD, to: y(deep), at: left - 18, text: told(section.depth_m ?? section.depth_at_least_m, section.depth_m !== null) },
  }
}

function drawPipe(pipe: SectionPipe, deep_m: number, x: (m: number) => number, y: (m: number) => number, px: number): DrawnPipe {
  const radius_m = (pipe.diameter_mm ?? UNSIZED_MM) / 2000
  const cover_m = pipe.cover_m ?? Math.max(radius_m, deep_m / 2 - radius_m)
  const r = Math.max(4, radius_m * px)
  return {
    pipe, x: x(pipe.x_m), y: y(cover_m + radius_m), r, sure: pipe.cover_m !== null && pipe.diameter_mm !== null,
    top: pipe.cover_m === null ? null : y(pipe.cover_m), numbered: r >= 9,
  }
}

/** Distances between the axes; a text that would run into the one before goes one row up. */
function acrossOf(section: Section, x: (m: number) => number): Dimension[] {
  const axes = [...section.pipes].map((pipe) => pipe.x_m).sort((a, b) => a - b)
  const marks = [0, ...axes, section.width_at_least_m].filter((m, k, all) => k === 0 || m - all[k - 1]! > 0.004)
  const out: Dimension[] = []
  let free = [-Infinity, -Infinity]
  for (let k = 1; k < marks.length; k++) {
    const [from, to] = [x(marks[k - 1]!), x(marks[k]!)]
    const start = (from + to) / 2 - TEXT / 2
    const row = free[0]! <= start ? 0 : 1
    free = free.map((end, r) => (r === row ? start + TEXT + 3 : end))
    out.push({ from, to, at: HEAD - 14 - 13 * row, text: told(marks[k]! - marks[k - 1]!) })
  }
  const whole: Dimension = { from: x(0), to: x(section.width_at_least_m), at: HEAD - 42, text: told(section.width_m ?? section.width_at_least_m, section.width_m !== null) }
  return marks.length > 2 ? [...out, whole] : [whole]
}
