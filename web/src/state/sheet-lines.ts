/** What the map shows of an owner's sheet: the line, and the stretches of the row under the hand. */
import { shallowRef } from 'vue'
import type { Geometry, Position } from 'geojson'

export const sheetLine = shallowRef<Geometry | null>(null)
export const sheetRow = shallowRef<Position[][]>([])
