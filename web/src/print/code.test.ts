import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { CODE_MM, codeOf, FINEST_MM } from './code'

const address = (length: number): string => `http://127.0.0.1:8000/?line=${'1'.repeat(length)}`.slice(0, length)
const LONGEST = 425 // bytes that version 13 holds at level L (ISO/IEC 18004): 69 modules a side

describe('the code of a view', () => {
  it('is a picture while it can be read from paper', () => {
    expect(codeOf(address(60))).toMatch(/^data:image\/svg\+xml,/)
    expect(codeOf(address(LONGEST))).toMatch(/^data:image\/svg\+xml,/)
    expect(CODE_MM / encode(address(LONGEST), { border: 1 }).size).toBeGreaterThanOrEqual(FINEST_MM)
  })
  it('is left out for a line of many points, however many', () => {
    expect(CODE_MM / encode(address(LONGEST + 1), { border: 1 }).size).toBeLessThan(FINEST_MM)
    for (const length of [LONGEST + 1, 1000, 2900, 3000, 20_000]) expect(codeOf(address(length))).toBeNull()
  })
})
