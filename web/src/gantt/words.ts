/** Days and months as the Gantt writes them. */
import type { Lang } from '../api/types'
import { DAY_MS, isoOf, partsOf } from './days'
import type { Span } from './drag'
import type { Tick } from './scale'

const LOCALE: Record<Lang, string> = { zh: 'zh-CN', en: 'en-GB' }
const made = new Map<string, Intl.DateTimeFormat>()

function format(lang: Lang, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = lang + JSON.stringify(options)
  const known = made.get(key) ?? new Intl.DateTimeFormat(LOCALE[lang], { ...options, timeZone: 'UTC' })
  made.set(key, known)
  return known
}

/** A mark of the head: "2026年12月", "12月", "7"; with little room the shorter form. */
export function tickWords(tick: Tick, lang: Lang, upper: boolean): string {
  const { year, month, date } = partsOf(tick.day)
  if (tick.unit === 'year') return lang === 'zh' ? `${year}年` : String(year)
  if (tick.unit === 'quarter') return `Q${Math.ceil(month / 3)}`
  if (tick.unit === 'month') return format(lang, upper ? { year: 'numeric', month: 'short' } : { month: 'short' }).format(tick.day * DAY_MS)
  return String(date)
}

/** "12-10"; of another year than `near` with the year. */
export const shortDay = (day: number, near: number): string => (partsOf(day).year === partsOf(near).year ? isoOf(day).slice(5) : isoOf(day))

/** "2026-12-10 → 12-23" */
export const spanWords = (span: Span): string => `${isoOf(span.start)} → ${shortDay(span.end, span.start)}`
