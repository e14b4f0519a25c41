/** Columns of a dense table, sorting, and the same rows as CSV. */
export interface Column<R> {
  key: string
  label: string
  /** What a cell says; also what CSV and search see. */
  text: (row: R) => string
  /** What sorting compares, where it is not the text. */
  by?: (row: R) => number | string | null
  num?: boolean
  /** Left out of the phone's card when blank. */
  total?: (rows: readonly R[]) => string
}
export interface Order { key: string; down: boolean }

/** Blank cells come last, whichever way one sorts. */
export function sorted<R>(rows: readonly R[], columns: readonly Column<R>[], order: Order | null): R[] {
  const column = columns.find((one) => one.key === order?.key)
  if (!order || !column) return [...rows]
  const value = (row: R): number | string | null => (column.by ? column.by(row) : column.text(row) || null)
  const sign = order.down ? -1 : 1
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1
    return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'zh', { numeric: true }))
  })
}

export const next = (order: Order | null, key: string): Order | null =>
  order?.key !== key ? { key, down: false } : order.down ? null : { key, down: true }

/** A leading mark that a spreadsheet would take for a formula is told to be none. */
const cell = (text: string): string => {
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const csvOf = <R>(rows: readonly R[], columns: readonly Column<R>[]): string =>
  '\ufeff' + [columns.map((one) => cell(one.label)), ...rows.map((row) => columns.map((one) => cell(one.text(row))))].map((line) => line.join(',')).join('\r\n') + '\r\n'

/** What differs between two states that the audit kept: name, before, after; in the order of the names. */
export function differences(before: Record<string, unknown> | null, after: Record<string, unknown> | null): { name: string; before: string | null; after: string | null }[] {
  const said = (value: unknown): string | null => (value === null || value === undefined ? null : typeof value === 'object' ? JSON.stringify(value) : String(value))
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
    .map((name) => ({ name, before: said(before?.[name]), after: said(after?.[name]) }))
    .filter((one) => one.before !== one.after)
}

/** Today and the day before a number of days, as dates of this place. */
export const dayBefore = (days: number, today = new Date()): string => {
  const day = new Date(today.getFullYear(), today.getMonth(), today.getDate() - days)
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`
}
