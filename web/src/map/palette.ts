/** Colours of the ground. Pipes follow CJJ 61-2017 appendix B. */

/** Our utility words with the standard's class code and colour. */
export const CJJ61: Record<string, { code: string; rgb: readonly [number, number, number] }> = {
  water: { code: 'JS', rgb: [0, 255, 255] },
  drain: { code: 'PS', rgb: [76, 57, 38] },
  gas: { code: 'RQ', rgb: [255, 0, 255] },
  heat: { code: 'RL', rgb: [255, 128, 0] },
  power: { code: 'DL', rgb: [255, 0, 0] },
  comms: { code: 'TX', rgb: [0, 255, 0] },
}

export const UTILITIES = ['water', 'gas', 'heat', 'power', 'comms', 'drain', 'other'] as const

const PAPER: readonly [number, number, number] = [238, 233, 224]

/** A standard colour mixed with the paper: same hue, less shouting. `strength` 1 is the full colour. */
export function muted(rgb: readonly [number, number, number], strength: number): string {
  return hex(rgb.map((c, i) => Math.round(c * strength * 0.92 + PAPER[i]! * (1 - strength))))
}

export const hex = (rgb: readonly number[]): string => `#${rgb.map((c) => Math.min(255, Math.max(0, c)).toString(16).padStart(2, '0')).join('')}`

/** Full colour of a utility, as the standard prints it; grey for 其他. */
export const standardColour = (utility: string): string => (CJJ61[utility] ? hex(CJJ61[utility].rgb) : '#8a8a8a')

/** The colour under which existing pipes lie on the map. */
export const pipeColour = (utility: string): string => (CJJ61[utility] ? muted(CJJ61[utility].rgb, 0.72) : '#9a958c')

export const GROUND = {
  land: '#f3f0ea',
  water: '#c6d9e2',
  waterEdge: '#a9c3d0',
  waterInk: '#3f6b80',
  green: '#d9e4cb',
  greenEdge: '#b9cba4',
  greenInk: '#4c6a34',
  road: '#ffffff',
  roadInk: '#454b50',
  casing: { expressway: '#a8957a', arterial: '#b9ab95', secondary: '#c9c0b1', branch: '#d6cfc3', internal: '#e0dacf' } as Record<string, string>,
  rail: '#a9a59f',
  highway: '#f6dfae',
  highwayCasing: '#b58f45',
  heritage: '#a0673a',
  siteLine: '#c27f76',
  roadLine: '#c9a09a',
  district: '#a39b8f',
  districtInk: '#7d7468',
  surface: '#fbfaf8',
  cycleway: '#f1eee6',
  footway: '#e9e4d9',
  tree: '#2f7d4f',
  event: '#9a6b00',
} as const
