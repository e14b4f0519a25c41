/** What an outcome looks like: colour, line and sign together, never colour alone. */
export type Stroke = 'solid' | 'dashed' | 'dotted'

export interface Look {
  /** Line and fill colour, told apart by colour-blind eyes. */
  colour: string
  /** A darker relative for words on white (contrast at least 4.5). */
  ink: string
  stroke: Stroke
  /** Line width against the ordinary one. */
  weight: number
  sign: string
}

export const LOOKS: Record<string, Look> = {
  exempt: { colour: '#009E73', ink: '#00674b', stroke: 'solid', weight: 1, sign: '✓' },
  filing: { colour: '#56B4E9', ink: '#1b6391', stroke: 'solid', weight: 1, sign: '≡' },
  parallel: { colour: '#D55E00', ink: '#a04700', stroke: 'solid', weight: 1.5, sign: '∥' },
  undetermined: { colour: '#6B6B6B', ink: '#4a4a4a', stroke: 'dashed', weight: 1.1, sign: '?' },
  out_of_scope: { colour: '#8A6FB0', ink: '#62488a', stroke: 'dotted', weight: 1.1, sign: '–' },
}

/** Packs may name further tiers; each takes the next of these and keeps it. */
const FURTHER: Look[] = [
  { colour: '#0072B2', ink: '#005a8d', stroke: 'solid', weight: 1.2, sign: '§' },
  { colour: '#A6761D', ink: '#7a5510', stroke: 'solid', weight: 1.2, sign: '¶' },
  { colour: '#B2457E', ink: '#8f2f61', stroke: 'solid', weight: 1.2, sign: '※' },
]

/** The order in which outcomes are listed: mildest first, the two fixed ones last. */
export const ORDER = ['exempt', 'filing', 'parallel', 'undetermined', 'out_of_scope']

/** The look of an outcome; `tiers` are the pack's outcome ids and fix who gets which further look. */
export function look(outcome: string | null | undefined, tiers: readonly string[] = []): Look {
  if (!outcome) return LOOKS.undetermined!
  const known = LOOKS[outcome]
  if (known) return known
  const strangers = tiers.filter((tier) => !(tier in LOOKS))
  return FURTHER[Math.max(0, strangers.indexOf(outcome)) % FURTHER.length]!
}

/** All outcome ids to list: the known order, with further tiers of the pack before the two fixed ones. */
export function listed(tiers: readonly string[]): string[] {
  const strangers = tiers.filter((tier) => !ORDER.includes(tier))
  const wanted = new Set([...tiers, 'undetermined', 'out_of_scope'])
  return [...ORDER.slice(0, 3), ...strangers, ...ORDER.slice(3)].filter((id) => wanted.has(id))
}

/** Dash pattern in line widths, as MapLibre and SVG (times the width) both take it. */
export const DASHES: Record<Stroke, number[]> = { solid: [1, 0], dashed: [2.2, 1.4], dotted: [0.1, 1.9] }
