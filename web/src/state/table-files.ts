/** Lines out of a file, to be chosen for the drawing table. */
import { ref, shallowRef } from 'vue'
import { readLines } from '../api/client'
import type { FileLine, FileLines } from '../api/table-types'
import { explain } from '../i18n'
import { boxOf } from '../util/geo'
import { flight } from './store'
import { add, tool } from './table'

export const loading = ref('')
export const found = shallowRef<FileLines | null>(null)
export const fileError = ref('')

export async function readFiles(files: File[], crs: string): Promise<void> {
  loading.value = files[0]?.name ?? ''
  found.value = null
  fileError.value = ''
  try {
    found.value = await readLines(files, { crs })
    if (found.value.lines.length === 1) take(found.value.lines)
  } catch (error) {
    fileError.value = explain(error)
  } finally {
    loading.value = ''
  }
}

/** Puts lines on the table, each with what its columns say. */
export function take(lines: readonly FileLine[]): void {
  for (const line of lines) add(line.coordinates, Object.fromEntries(Object.entries(line.attributes).map(([name, value]) => [name, String(value)])))
  const box = boxOf(lines.map((line) => line.coordinates))
  if (box) flight.value = { box }
  found.value = null
  tool.value = null
}
