/** How far apart a photo's own record and the phone's are, in words. */
import { t } from '../i18n'

/** Below these the two agree: ours, not of any rule. */
const AGREES = { m: 30, s: 120, deg: 20 }

export function photoWords(detail: Record<string, unknown>): string[] {
  const exif = detail.exif as { apart_m?: number | null; apart_s?: number | null; apart_deg?: number | null } | null | undefined
  if (!exif || (exif.apart_m ?? exif.apart_s ?? exif.apart_deg ?? null) === null) return [t('survey.exif.none')]
  const out: string[] = []
  if (typeof exif.apart_m === 'number' && exif.apart_m > AGREES.m) out.push(t('survey.exif.m', { n: Math.round(exif.apart_m) }))
  if (typeof exif.apart_s === 'number' && Math.abs(exif.apart_s) > AGREES.s) out.push(t('survey.exif.s', { n: Math.round(Math.abs(exif.apart_s) / 60) }))
  if (typeof exif.apart_deg === 'number' && exif.apart_deg > AGREES.deg) out.push(t('survey.exif.deg', { n: Math.round(exif.apart_deg) }))
  return out.length ? out : [t('survey.exif.same')]
}
