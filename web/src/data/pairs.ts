/** Clauses of two packs in pairs: which of them a reader who compares has to look at. Pure. */
import type { Both, ClauseItem, Pair, PairFate } from '../api/stock-types'

export const FATES = ['differs', 'only_a', 'only_b', 'same'] as const satisfies readonly PairFate[]

/** What is said alike in both packs is the same, though each rests it on a document of its own. */
export const fateOf = (pair: Pair): PairFate => (pair.fate === 'differs' && pair.differing.every((part) => part === 'cite') ? 'same' : pair.fate)

export interface BesideRow {
  name: string
  label: Both
  a: Both[]
  b: Both[]
  differs: boolean
}

/** The parts of a pair under each other, each with what both packs say; a part that neither has is no row. */
export function partsOf({ a, b, differing }: Pair): BesideRow[] {
  const parts = (item: ClauseItem | null): Map<string, { label: Both; lines: Both[] }> => new Map((item?.parts ?? []).map((part) => [part.name, part]))
  const [mine, theirs] = [parts(a), parts(b)]
  return [...new Set([...mine.keys(), ...theirs.keys()])].map((name) => ({
    name, label: (mine.get(name) ?? theirs.get(name))!.label, a: mine.get(name)?.lines ?? [], b: theirs.get(name)?.lines ?? [], differs: differing.includes(name),
  }))
}
