/** A candidate line goes to the drawing table, where it is a line like any other. */
import type { Position } from 'geojson'
import { boxOf } from '../util/geo'
import { flight, place } from './store'
import { add } from './table'

export function restoreLine(line: readonly Position[], utility: string): void {
  add(line, { utility })
  place.tab = 'draw'
  const box = boxOf([[...line]])
  if (box) flight.value = { box, close: true }
}
