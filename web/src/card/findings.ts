/** Findings in the order that matters, and the number each carries on the map. Pure. */
import type { Finding, Reading, Verdict } from '../api/types'

export interface Numbered {
  finding: Finding
  /** Index in the verdict: what the map and the card call it by. */
  index: number
  /** Number on the map and in the list; null for findings that have no place on the map or decide nothing. */
  number: number | null
}

export interface Groups {
  deciding: Numbered[]
  /** Unknown, and the outcome or a condition waits for it. */
  unknown: Numbered[]
  /** Holds, decides nothing, but the pack says that it must be told. */
  warning: Numbered[]
  rest: Numbered[]
}

/** What speaks against the line stands first. Numbers run through what has a place on the map: deciding, then warnings. */
export function group(verdict: Verdict): Groups {
  const groups: Groups = { deciding: [], unknown: [], warning: [], rest: [] }
  verdict.findings.forEach((finding, index) => {
    const entry: Numbered = { finding, index, number: null }
    groups[placeOf(finding)].push(entry)
  })
  let next = 1
  groups.deciding.sort((a, b) => LEANINGS.indexOf(leaning(a.finding)) - LEANINGS.indexOf(leaning(b.finding)))
  for (const entry of [...groups.deciding, ...groups.warning]) if (entry.finding.stretches?.length) entry.number = next++
  groups.rest.sort((a, b) => weight(a.finding) - weight(b.finding))
  return groups
}

function placeOf(finding: Finding): keyof Groups {
  if (finding.decides) return finding.answer === 'unknown' ? 'unknown' : 'deciding'
  return finding.effect === 'warns' && finding.answer === 'yes' ? 'warning' : 'rest'
}

const LEANINGS = ['against', 'for', 'neither'] as const

const weight = (finding: Finding): number => (finding.answer === 'yes' ? (finding.stretches?.length ? 0 : 1) : finding.answer === 'unknown' ? 2 : 3)

/** Unknown findings that wait for the same thing, told once. */
export function byMissing(unknown: readonly Numbered[]): { missing: Finding['missing']; entries: Numbered[] }[] {
  const out = new Map<string, { missing: Finding['missing']; entries: Numbered[] }>()
  for (const entry of unknown) {
    const missing = entry.finding.missing ?? null
    const key = missing?.layer ? missing.zh : `${entry.finding.rule}`
    const found = out.get(key)
    if (found) found.entries.push(entry)
    else out.set(key, { missing, entries: [entry] })
  }
  return [...out.values()]
}

/** A margin on the wrong side, an answer on the right one, or neither. */
export function leaning(finding: Finding): 'against' | 'for' | 'neither' {
  if (finding.answer !== 'yes' || finding.margin === null || finding.margin === undefined) return 'neither'
  return finding.margin < 0 ? 'against' : 'for'
}

/** The finding that holds the length limit: metres, a limit above zero, and the value that was counted. */
export function lengthLimit(verdict: Verdict): Finding | null {
  const counted = [verdict.length.sum_m, verdict.length.counted_m, verdict.length.planar_m]
  const fits = verdict.findings.filter((f) => f.unit === 'm' && typeof f.limit === 'number' && f.limit > 0)
  const exact = fits.filter((f) => typeof f.value === 'number' && counted.some((m) => m !== null && Math.abs(m - Number(f.value)) < 0.002))
  return exact.find((f) => f.decides) ?? exact.find((f) => f.effect !== 'informs') ?? null
}

export const confirmed = (reading: Reading): boolean => Boolean(reading.confirmed_by && Object.values(reading.confirmed_by).some(Boolean))

/** The reading that a finding rests on, unless an office has confirmed it. */
export function unconfirmed(finding: Finding, verdict: Verdict): Reading | null {
  if (!finding.reading) return null
  const reading = verdict.readings?.find((r) => r.switch === finding.reading)
  return reading && !confirmed(reading) ? reading : null
}
