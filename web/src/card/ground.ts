/** The ground partition in words and shades: whose road a piece lies in. */
import type { Stretch } from '../api/types'
import { maybe, t } from '../i18n'

const SHADE: Record<string, string> = { expressway: '#8c7a5c', arterial: '#a8977a', secondary: '#c4b79f', branch: '#dbd2c2', internal: '#e8e2d6', off_road: '#ffffff' }

export const offRoad = (p: Stretch): boolean => p.kind === 'off_road' || !p.id
export const kindOf = (p: Stretch): string => (offRoad(p) ? 'off_road' : (p.kind ?? 'unknown'))
export const shade = (p: Stretch): string => SHADE[kindOf(p)] ?? '#efe6e0'
export const nameOf = (p: Stretch): string => (offRoad(p) ? t('class.off_road') : p.name || maybe(`class.${kindOf(p)}`, p.id ?? ''))
