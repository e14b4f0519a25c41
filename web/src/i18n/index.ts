/** Words of the page: Chinese first, English complete. */
import { ref } from 'vue'
import type { Lang, Words } from '../api/types'
import { speak } from '../api/client'
import { problemWords } from './problems'
import { en } from './en'
import { zh } from './zh'

export type Key = keyof typeof zh
const TABLES: Record<Lang, Record<Key, string>> = { zh, en }

export const lang = ref<Lang>('zh')

export function setLang(next: Lang): void {
  lang.value = next
  speak(next)
  if (typeof document !== 'undefined') document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
}

/** The words for a key, with its places filled. */
export function t(key: Key, places: Record<string, string | number> = {}): string {
  return fill(TABLES[lang.value][key], places)
}

/** The words for a key built at run time, or `otherwise` where there are none. */
export function maybe(key: string, otherwise = ''): string {
  return (TABLES[lang.value] as Record<string, string>)[key] ?? otherwise
}

function fill(text: string, places: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => (name in places ? String(places[name]) : all))
}

/** Words that the server sent, in the language of the page. */
export function words(said: Words | null | undefined): string {
  if (said === null || said === undefined) return ''
  if (typeof said === 'string') return said
  return said[lang.value] ?? said.zh ?? said.en ?? ''
}

/** Names one after another, as the language sets them apart. */
export const enumerate = (names: readonly string[]): string => names.join(lang.value === 'zh' ? '、' : ', ')

/** An error in words for people. */
export const explain = (error: unknown): string => problemWords(error, t)
