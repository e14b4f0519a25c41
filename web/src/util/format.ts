/** Numbers, dates and ages as people read them. */
import type { Lang } from '../api/types'

export const metres = (value: number | null | undefined, digits = 1): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '—' : `${grouped(value, digits)} m`

/** Fixed digits, thin groups of three from five digits on: 312.4, 12 480.0. */
export function grouped(value: number, digits = 0): string {
  const [whole, rest] = Math.abs(value).toFixed(digits).split('.') as [string, string | undefined]
  const parts = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, '\u202f') : whole
  const sign = value < 0 && Number(value.toFixed(digits)) !== 0 ? '−' : ''
  return sign + parts + (rest ? `.${rest}` : '')
}

const UNIT_DIGITS: Record<string, number> = { m: 1, 'm²': 1, m2: 1, d: 0, day: 0, days: 0, kV: 1, kv: 1, MPa: 2, '': 0 }

/** A finding's value with its unit; a value that is no number is shown as it is. */
export function quantity(value: unknown, unit: string | null | undefined, lang: Lang): string {
  if (value === null || value === undefined) return '—'
  if (typeof value !== 'number') return String(value)
  const name = unit ?? ''
  const digits = UNIT_DIGITS[name] ?? 1
  // A value that rounding would move onto its limit keeps its millimetres.
  const fine = name === 'm' && Math.abs(value - Number(value.toFixed(digits))) >= 0.0005 && Math.abs(value - Math.round(value)) < 0.05
  return `${grouped(value, fine ? 3 : digits)}${unitWords(name, lang)}`
}

function unitWords(unit: string, lang: Lang): string {
  if (unit === 'd' || unit === 'day' || unit === 'days') return lang === 'zh' ? ' 天' : ' days'
  if (unit === 'm2') return ' m²'
  if (unit === 'count' || unit === 'trees') return lang === 'zh' ? ' 株' : ''
  return unit ? ` ${unit}` : ''
}

/** Whole days from an ISO date to `today`; null when there is no date. */
export function ageInDays(iso: string | null | undefined, today = new Date()): number | null {
  const time = iso ? Date.parse(iso) : Number.NaN
  return Number.isNaN(time) ? null : Math.floor((today.getTime() - time) / 86_400_000)
}

/** "今天", "12 天前", "8 个月前", "2 年前"; a date to come is shown as itself. */
export function ago(iso: string | null | undefined, lang: Lang, today = new Date()): string {
  const days = ageInDays(iso, today)
  if (days === null) return ''
  if (days < 0) return iso ?? ''
  const zh = lang === 'zh'
  if (days === 0) return zh ? '今天' : 'today'
  if (days < 60) return zh ? `${days} 天前` : plural(days, 'day')
  if (days < 730) return zh ? `${Math.round(days / 30.4)} 个月前` : plural(Math.round(days / 30.4), 'month')
  return zh ? `${Math.floor(days / 365.25)} 年前` : plural(Math.floor(days / 365.25), 'year')
}

const plural = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'} ago`

/** A time of the server on the wall clock here: "2026-11-22 16:05". */
export function localTime(iso: string | null | undefined): string {
  const time = new Date(iso ?? '')
  if (Number.isNaN(time.getTime())) return ''
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`
}

/** Seconds as "8 秒", "3 分 20 秒". */
export function duration(seconds: number | null | undefined, lang: Lang): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '—'
  const whole = Math.max(0, Math.ceil(seconds))
  const [m, s] = [Math.floor(whole / 60), whole % 60]
  if (lang === 'zh') return m ? `${m} 分 ${s} 秒` : `${s} 秒`
  return m ? `${m} min ${s} s` : `${s} s`
}
