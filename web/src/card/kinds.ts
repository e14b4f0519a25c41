import type { Stretch } from '../api/types'
import { maybe } from '../i18n'

/** What kind of road, park or tree a stretch lies in. */
export function kindWords(stretch: Stretch): string {
  if (!stretch.kind) return ''
  return maybe(`${stretch.theme === 'ground' ? 'road' : stretch.theme}.${stretch.kind}`, '') || maybe(`class.${stretch.kind}`, '')
}
