/** What a row of the table says, in words. What is not known is said to be so, and never left out or 0. */
import type { Met } from '../api/review-types'
import { lang, maybe, t } from '../i18n'
import { quantity } from '../util/format'

export interface Fact {
  text: string
  tone: '' | 'warn' | 'unknown'
}

export function nameOf(row: Met): string {
  if (row.theme === 'work') return [row.id, row.party].filter(Boolean).join(' · ')
  return row.name || row.id || maybe(`review.theme.${row.theme}`, row.theme)
}

export function factsOf(row: Met): Fact[] {
  const facts: Fact[] = []
  const put = (text: string, tone: Fact['tone'] = ''): void => { if (text) facts.push({ text, tone }) }
  put(kindOf(row))
  put(row.side ? maybe(`side.${row.side}`, row.side) : '')
  if (row.theme === 'road') road(row, put)
  else if (row.theme === 'work') work(row, put)
  else if (row.area_m2 !== null && row.theme === 'green') put(quantity(row.area_m2, 'm²', lang.value))
  if (row.bored) put(t('review.bored'))
  if (!row.certain) put(t('review.unsure'), 'unknown')
  return facts
}

type Put = (text: string, tone?: Fact['tone']) => void

const kindOf = (row: Met): string => (!row.kind ? '' : row.theme === 'road' ? maybe(`class.${row.kind}`, row.kind) : row.theme === 'work' ? (row.name ?? '') : maybe(`${row.theme}.${row.kind}`, row.kind))

function road(row: Met, put: Put): void {
  if (row.area_m2 !== null && !row.bored) put(t('review.trench', { v: quantity(row.area_m2, 'm²', lang.value) }))
  if (row.age_years === null || row.age_years === undefined) put(t('review.age.unknown'), 'unknown')
  else put(t('review.age', { n: row.age_years.toFixed(1) }))
  if (row.lock === 'yes' && row.locked_until) put(t('review.lock', { d: row.locked_until }), 'warn')
  else if (row.lock === 'unknown') put(t('review.lock.unknown'), 'unknown')
}

function work(row: Met, put: Put): void {
  if (row.days_in_common === null || row.days_in_common === undefined) put(t('review.days.unknown'), 'unknown')
  else put(t('review.days', { n: row.days_in_common }))
}

