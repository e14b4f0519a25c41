/** The map on paper: whether its sheet is open, and the map that it copies. */
import { reactive, ref } from 'vue'
import type { StyleSpecification } from 'maplibre-gl'

export const printing = ref(false)

export interface Printable {
  style: StyleSpecification
  centre: [number, number]
}
/** Filled in by the map: what it shows now. */
export const printable = reactive({ now: (): Printable | null => null })

export const openPrint = (): void => { printing.value = printable.now() !== null }
