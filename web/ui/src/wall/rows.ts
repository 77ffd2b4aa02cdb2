/** How many rows of a list fit into its place on the wall: a row is shown whole or waits for its turn. */
import { onScopeDispose, ref, watch, type Ref } from 'vue'

export function useRows(place: Readonly<Ref<HTMLElement | null>>, rowHeight: () => number, head: () => number): Ref<number> {
  const rows = ref(4)
  const observer = new ResizeObserver(([entry]) => {
    if (entry !== undefined) rows.value = Math.max(1, Math.floor((entry.contentRect.height - head()) / rowHeight()))
  })
  watch(place, (element, before) => {
    if (before !== null && before !== undefined) observer.unobserve(before)
    if (element !== null) observer.observe(element)
  })
  onScopeDispose(() => {
    observer.disconnect()
  })
  return rows
}
