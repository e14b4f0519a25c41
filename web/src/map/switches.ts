/** Which switch shows which layer, and whether it is on when the page opens. */
import type { LayerInfo } from '../api/types'
import { UTILITIES } from './palette'

export interface Switch {
  name: string
  on: boolean
  /** Not drawn below this zoom. */
  from: number
}

const GROUND: Switch[] = [
  { name: 'roads', on: true, from: 0 },
  { name: 'road_surfaces', on: true, from: 15.5 },
  { name: 'highways', on: true, from: 0 },
  { name: 'green', on: true, from: 0 },
  { name: 'trees', on: true, from: 12.5 },
  { name: 'heritage', on: true, from: 0 },
  { name: 'planning', on: true, from: 0 },
  { name: 'events', on: true, from: 13.5 },
  { name: 'districts', on: true, from: 0 },
]
/** Maps from outside: their names are the server's, none is on by itself. */
export const backgroundSwitches = (known: readonly { name: string }[]): Switch[] => known.map(({ name }) => ({ name, on: false, from: 0 }))
export const isBackground = (name: string): boolean => name.startsWith('tianditu.')
const RASTERS: Switch[] = [
  { name: 'satellite', on: false, from: 0 },
  { name: 'terrain', on: false, from: 0 },
]
export const ROUTES: Switch = { name: 'routes', on: true, from: 0 }
export const PIPES: Switch = { name: 'pipes', on: true, from: 14 }
export const PIPE_POINTS: Switch = { name: 'pipe_points', on: true, from: 16 }
export const pipeSwitch = (utility: string): Switch => ({ name: `pipes.${utility}`, on: true, from: 14 })

const ALL = new Map([...GROUND, ...RASTERS, ROUTES, PIPES, PIPE_POINTS, ...UTILITIES.map(pipeSwitch)].map((s) => [s.name, s]))

export const groundSwitches = (known: readonly LayerInfo[]): Switch[] => GROUND.filter((s) => known.some((l) => l.name === s.name))
export const rasterSwitches = (known: readonly string[]): Switch[] => RASTERS.filter((s) => known.includes(s.name))

export function isOn(name: string, switched: Record<string, boolean>): boolean {
  return switched[name] ?? ALL.get(name)?.on ?? !isBackground(name)
}

/** The address keeps only what differs from the default. */
export function flip(name: string, on: boolean, switched: Record<string, boolean>): void {
  if (on === (ALL.get(name)?.on ?? !isBackground(name))) delete switched[name]
  else switched[name] = on
}
