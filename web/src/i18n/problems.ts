import { Problem } from '../api/problem'
import type { Key } from './index'

/** An error in words: the server's own where it sent some, else what the page knows. */
export function problemWords(error: unknown, t: (key: Key, places?: Record<string, string | number>) => string): string {
  if (error instanceof Problem) {
    if (error.status === 0) return t('error.unreachable')
    return error.detail || error.title || t('error.http', { status: error.status })
  }
  return error instanceof Error && error.message ? error.message : t('error.title')
}
