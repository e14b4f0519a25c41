/** Which rows of a long list are in sight. */
import { computed, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'

const kept = new Map<string, number>()

export function useRows(scroller: Ref<HTMLElement | null>, row_px: number, count: () => number, name = 'routes') {
  const top = ref(kept.get(name) ?? 0)
  const height = ref(600)
  const visible = computed(() => {
    const first = Math.max(0, Math.floor(top.value / row_px) - 4)
    const last = Math.min(count() - 1, Math.ceil((top.value + height.value) / row_px) + 4)
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  })
  const watcher = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(([entry]) => { height.value = entry!.contentRect.height })
  const stop = watch(scroller, (now) => {
    watcher?.disconnect()
    if (!now) return
    watcher?.observe(now)
    height.value = now.clientHeight
    // The list was left for a card: come back to the same row.
    now.scrollTop = kept.get(name) ?? 0
  }, { flush: 'post' })
  onMounted(() => { height.value = scroller.value?.clientHeight ?? height.value })
  onBeforeUnmount(() => { stop(); watcher?.disconnect() })
  return {
    visible,
    onScroll: (event: Event): void => { top.value = (event.target as HTMLElement).scrollTop },
    remember: (): void => { kept.set(name, top.value) },
  }
}
