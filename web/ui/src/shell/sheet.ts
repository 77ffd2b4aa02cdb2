/** On a narrow screen panels over the map are sheets from below, and one of them is open at a time: whoever opens one closes the one before. */
import { onScopeDispose, watch } from 'vue'
import type { Ref } from 'vue'
import { say } from '@/i18n'
import { toast } from './toast'

interface Sheet {
  close: () => void
  /** Somebody is in the middle of something that closing would lose. */
  busy: () => boolean
}

let current: Sheet | null = null
const narrow = () => window.matchMedia('(max-width: 900px)').matches

/** `open`: whether this panel is open; it is set to false when another one is opened on a narrow screen, unless it is busy. */
export function useSheet(open: Ref<boolean>, busy: () => boolean = () => false): void {
  const mine: Sheet = { close: () => { open.value = false }, busy }
  const leave = () => { if (current === mine) current = null }
  watch(open, (now) => {
    if (!now) {
      leave()
      return
    }
    const before = current
    if (before && before !== mine && narrow()) {
      if (before.busy()) {
        open.value = false
        toast(say('tree.busy'), { tone: 'refused' })
        return
      }
      before.close()
    }
    current = mine
  }, { immediate: true, flush: 'sync' })
  onScopeDispose(leave)
}
