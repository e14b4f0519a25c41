/** Whether points are drawn to what lies near, and to what they are just now. */
import { ref, shallowRef } from 'vue'
import type { Snap } from '../table/snap'
import { maybe, t } from '../i18n'

const KEY = 'waixian.snap'
export const snapping = ref(typeof localStorage === 'undefined' || localStorage.getItem(KEY) !== '0')
/** Alt is held: no snapping as long as it is. */
export const held = ref(false)
export const snap = shallowRef<Snap | null>(null)

export function flipSnapping(): void {
  snapping.value = !snapping.value
  localStorage.setItem(KEY, snapping.value ? '1' : '0')
  if (!snapping.value) snap.value = null
}

/** What one snaps to, in words: "管线端点", "检查井". */
export const snapWords = (one: Pick<Snap, 'kind' | 'part' | 'shape'>): string =>
  one.kind === 'points' ? maybe(`pipe.point.${one.shape.named ?? ''}`, one.shape.named || t('pipe.point')) : maybe(`snap.${one.kind}.${one.part}`)
