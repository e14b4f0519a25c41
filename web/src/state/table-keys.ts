/** Keys of the drawing table. Each says whether it had something to do with it. */
import { crosshair } from './crosshair'
import { may } from './person'
import { flipSnapping } from './snapping'
import { place } from './store'
import * as table from './table'

/** What each key does; shown by "?". */
type Act = (event: KeyboardEvent) => boolean

const did = (act: () => unknown): boolean => {
  act()
  return true
}
const open = (tool: table.Tool): boolean => may('judge') && did(() => {
  place.tab = 'draw'
  table.tool.value = table.tool.value === tool ? null : tool
})
const atTable = (): boolean => table.phase.value === 'done'
const drawing = (): boolean => table.phase.value === 'drawing'

const ACTS: Record<string, Act> = {
  Enter: (event) => drawing() && !onButton(event) && did(table.finish),
  ' ': (event) => drawing() && !onButton(event) && did(fromCentre),
  Backspace: () => (drawing() ? did(table.undo) : removeVertex()),
  Delete: () => removeVertex(),
  n: () => did(flipSnapping),
  c: () => open('coordinates'),
  o: () => open('offset'),
  i: () => open('file'),
  e: () => atTable() && did(() => table.extend(false)),
  E: () => atTable() && did(() => table.extend(true)),
  r: () => atTable() && did(table.reverse),
  x: () => atTable() && (table.splitAtVertex() || open('split')),
  m: () => atTable() && table.joinNext(),
  a: () => atTable() && did(table.halve),
  v: () => atTable() && did(() => table.stepVertex(1)),
  V: () => atTable() && did(() => table.stepVertex(-1)),
  t: () => table.sheet.value.lines.length > 1 && !drawing() && did(() => table.choose((table.sheet.value.at + 1) % table.sheet.value.lines.length)),
}

const onButton = (event: KeyboardEvent): boolean => event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement

/** The first time the cross only shows where the point would be. */
function fromCentre(): void {
  if (crosshair.on) crosshair.put()
  else crosshair.on = true
}

function removeVertex(): boolean {
  if (!atTable() || table.vertex.value === null) return false
  return did(() => table.remove(table.vertex.value!))
}

export function drawingKey(event: KeyboardEvent): boolean {
  const act = ACTS[event.key]
  return act ? act(event) : false
}

const STEP_M = 0.1
const LONG_STEP_M = 1
const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

/** An arrow moves the chosen vertex by 0.1 m, with Shift by 1 m. While drawing it moves the map under the cross. */
export function arrowKey(event: KeyboardEvent): boolean {
  const way = ARROWS[event.key]
  if (!way || event.ctrlKey || event.metaKey || event.altKey) return false
  if (atTable() && table.vertex.value !== null) {
    const size = event.shiftKey ? LONG_STEP_M : STEP_M
    table.nudge(way[0] * size, way[1] * size)
    return true
  }
  if (drawing()) crosshair.on = true
  return false
}

