/** Days as whole numbers (days since 1970-01-01): no hours, no time zones. */

export const DAY_MS = 86_400_000

/** The number of an ISO day ("2026-12-01", or a longer text that begins with one); null where there is none. */
export function dayOf(iso: string | null | undefined): number | null {
  const said = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso ?? '')
  if (!said) return null
  const [year, month, date] = said.slice(1).map(Number) as [number, number, number]
  const time = Date.UTC(year, month - 1, date)
  // 2026-02-31 would silently become a day of March.
  return new Date(time).getUTCDate() === date ? time / DAY_MS : null
}

export const isoOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

/** 0 Monday … 6 Sunday; day 0 was a Thursday. */
export const weekday = (day: number): number => (((day + 3) % 7) + 7) % 7

export const isWeekend = (day: number): boolean => weekday(day) > 4

export interface Parts {
  year: number
  /** 1 to 12. */
  month: number
  date: number
}

export function partsOf(day: number): Parts {
  const d = new Date(day * DAY_MS)
  return { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, date: d.getUTCDate() }
}

/** The first day of the month `months` after the one that holds `day`. */
export function monthStart(day: number, months = 0): number {
  const { year, month } = partsOf(day)
  return Date.UTC(year, month - 1 + months, 1) / DAY_MS
}

/** Today on this computer's calendar. */
export function today(now = new Date()): number {
  return Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / DAY_MS
}
