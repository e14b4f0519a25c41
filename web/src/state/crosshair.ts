/** The cross in the middle of the map: the hand of a thumb, and of the keyboard. */
import { reactive } from 'vue'

export const crosshair = reactive({
  on: false,
  /** Puts a point there; the map fills it in. */
  put: (): void => undefined,
})
