/** The code on the paper that opens the view. Pure. */
import { encode, renderSVG } from 'uqr'

/** Side of the printed code, mm (as PrintSheet has it), and the finest module that a phone's camera still reads from paper. */
export const CODE_MM = 22
export const FINEST_MM = 0.3
const BORDER = 1
/** More bytes than any code of that fineness holds; `encode` itself throws at some three thousand. */
const MOST_BYTES = 1000

/** Black on white, no script in it: a picture like any other. null: the address is too long for a code that can be read. */
export function codeOf(address: string): string | null {
  if (new TextEncoder().encode(address).length > MOST_BYTES) return null
  if (CODE_MM / encode(address, { border: BORDER }).size < FINEST_MM) return null
  return `data:image/svg+xml,${encodeURIComponent(renderSVG(address, { border: BORDER }))}`
}

/** As {@link codeOf}, for a screen, where only the code itself sets a limit. */
export const screenCode = (address: string): string | null =>
  address && new TextEncoder().encode(address).length <= MOST_BYTES ? `data:image/svg+xml,${encodeURIComponent(renderSVG(address, { border: 2 }))}` : null
