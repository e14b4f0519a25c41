/** Coordinate systems to choose from: the city's, degrees, and the zones of CGCS2000 with their number in front. */
import { t } from '../i18n'

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

export const systems = (work: string | undefined): { value: string; label: string }[] => [
  { value: '', label: t('coords.crs.auto') },
  { value: 'EPSG:4490', label: t('coords.crs.degrees') },
  ...(work ? [{ value: work, label: t('coords.crs.work', { crs: work }) }] : []),
  ...range(25, 45).map((n) => ({ value: `EPSG:${4513 + n - 25}`, label: t('coords.crs.three', { n }) })),
  ...range(13, 23).map((n) => ({ value: `EPSG:${4491 + n - 13}`, label: t('coords.crs.six', { n }) })),
  { value: 'other', label: t('coords.crs.other') },
]
