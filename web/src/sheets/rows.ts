/** What a row of a sheet says. Pure. */
import type { Correction, SheetRow, Theme } from '../api/sheet-types'
import { lang, maybe, t } from '../i18n'
import { metres } from '../util/format'

export const THEMES: readonly Theme[] = ['road', 'green', 'tree', 'pipe', 'other']

const KINDS: Record<Theme, string> = { road: 'class', green: 'green', tree: 'tree', pipe: 'utility', other: 'class' }

/** What it is: kind, name, part and pavement. */
export function what(row: SheetRow): string {
  const kind = row.kind === 'below' ? t('sheets.below') : row.theme === 'pipe' ? '' : maybe(`${KINDS[row.theme]}.${row.kind}`, '')
  const name = row.theme === 'pipe' ? maybe(`utility.${row.name}`, t('hints.utility')) : (row.name ?? '')
  const numbered = row.id ? (lang.value === 'zh' ? `${name}（${row.id}）` : `${name} (${row.id})`) : name
  const part = row.part ? maybe(`part.${row.part}`, row.part) : ''
  const pavement = row.pavement ? maybe(`pavement.${row.pavement}`, row.pavement) : ''
  return [kind, numbered, part, pavement === part ? '' : pavement].filter(Boolean).join(' ')
}

export function where(row: SheetRow): string {
  if (row.unit === 'place') return metres(Number(row.detail['at_m']))
  return row.stretches.map((one) => `${metres(one.from_m)}–${metres(one.to_m)}`).join(lang.value === 'zh' ? '；' : '; ')
}

export function amount(value: number | null, unit: SheetRow['unit']): string {
  if (value === null) return t('sheets.unknown')
  if (unit === 'tree' || unit === 'place') return t(`sheets.unit.${unit}`, { v: value })
  return unit === 'm2' ? `${value.toFixed(1)} m²` : `${value.toFixed(1)} m`
}

/** What stands under it: distance, clearance, estimate, what is not known. */
export function remark(row: SheetRow): string {
  const detail = row.detail as { in_trench?: boolean; in_range?: boolean; distance_m?: number; gap_m?: number | null; answer?: string; abandoned?: boolean }
  const said: string[] = []
  if (row.theme === 'tree') {
    said.push(detail.in_trench ? t('sheets.tree.in') : t('sheets.tree.off', { d: (detail.distance_m ?? 0).toFixed(1) }))
    if (detail.in_range) said.push(t('sheets.tree.range'))
  }
  if (row.theme === 'pipe') {
    if (detail.abandoned) said.push(t('hints.abandoned'))
    said.push(detail.gap_m === null || detail.gap_m === undefined ? t('hints.gap.none') : t('hints.gap', { v: detail.gap_m.toFixed(2) }))
    said.push(maybe(`hints.answer.${detail.answer}`))
  }
  if (row.estimated) said.push(t('sheets.estimated'))
  if (row.why) said.push(maybe(`hints.why.${row.why}`, row.why))
  return said.filter(Boolean).join(' · ')
}

export interface Draft {
  amount: string
  reason: string
}

/** What of the typed numbers is a correction; null where a reason is missing or a number is none. */
export function corrections(rows: readonly SheetRow[], drafts: Readonly<Record<string, Draft>>): (Correction & { key: string })[] | null {
  const out: (Correction & { key: string })[] = []
  for (const row of rows) {
    const draft = drafts[row.key]
    if (!draft || draft.amount.trim() === '') continue
    const number = Number(draft.amount)
    if (!Number.isFinite(number) || number < 0 || draft.reason.trim() === '') return null
    out.push({ key: row.key, amount: number, reason: draft.reason.trim() })
  }
  return out
}

/** Square metres of a theme; null where some are not known. */
export function squareMetres(rows: readonly SheetRow[], theme: Theme): number | null {
  const some = rows.filter((row) => row.theme === theme && row.unit === 'm2')
  if (!some.length || some.some((row) => row.amount === null)) return null
  return some.reduce((sum, row) => sum + (row.amount ?? 0), 0)
}
