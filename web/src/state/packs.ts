/** Reading the tables of a pack, whichever of the shapes below they come in. */
import type { PackTable, Words } from '../api/types'

/** id → words, from `{id: words}`, `{id: {title: words, …}}` or `[{id, title, …}]`; keeps the order. */
export function entryOf(table: PackTable | null | undefined): Map<string, Words> {
  const out = new Map<string, Words>()
  const rows: [string, unknown][] = Array.isArray(table) ? table.map((row) => [String(row.id ?? ''), row]) : Object.entries(table ?? {})
  for (const [id, entry] of rows) if (id) out.set(id, wordsOf(entry))
  return out
}

function wordsOf(entry: unknown): Words {
  if (typeof entry === 'string') return entry
  if (typeof entry !== 'object' || entry === null) return ''
  const said = entry as Record<string, unknown>
  for (const key of ['title', 'label', 'name', 'words']) {
    const inner = said[key]
    if (typeof inner === 'string' || (typeof inner === 'object' && inner !== null)) return inner as Words
  }
  return { zh: typeof said.zh === 'string' ? said.zh : undefined, en: typeof said.en === 'string' ? said.en : undefined }
}
