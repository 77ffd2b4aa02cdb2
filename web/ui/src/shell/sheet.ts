/** On a narrow screen panels over the map are sheets from below, and one of them is open at a time: whoever opens one closes the one before. */
import { onScopeDispose, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'

const NARROW = '(max-width: 900px)'
const current = shallowRef<symbol | null>(null)

/** `open`: whether this panel is open; it is set to false when another one is opened on a narrow screen. */
export function useSheet(open: Ref<boolean>): void {
  const mine = Symbol('sheet')
  watch(open, (now) => {
    if (now) current.value = mine
    else if (current.value === mine) current.value = null
  }, { immediate: true })
  watch(current, (whose) => {
    if (whose !== null && whose !== mine && open.value && window.matchMedia(NARROW).matches) open.value = false
  })
  onScopeDispose(() => { if (current.value === mine) current.value = null })
}
