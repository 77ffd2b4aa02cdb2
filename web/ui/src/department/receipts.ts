/** Tells the centre that an order's message has reached this screen, and that it was opened: two different things, each only when true. */
import { onScopeDispose, watch, type Ref } from 'vue'
import { useSession } from '@/session/session'
import { sendCommand } from '@/wire/command'
import { usePicture } from '@/wire/pictures'
import { toMark } from './orders'

/** `openTask`: the order whose words stand on the screen now. Nothing is marked while the page is hidden. */
export function useReceipts(openTask: Ref<string | null>): void {
  const session = useSession()
  const desk = usePicture(() => {
    const id = session.account.value?.account_id ?? null
    return id === null ? null : `desk:${id}`
  })
  const marked = new Set<string>()

  function mark(): void {
    const account = session.account.value?.account_id ?? null
    if (document.visibilityState !== 'visible' || account === null) return
    for (const { id, state } of toMark(desk.picture.value?.deliveries ?? {}, openTask.value)) {
      const key = `${id} ${state}`
      if (marked.has(key)) continue
      marked.add(key)
      sendCommand('delivery.mark', `desk:${account}`, { delivery_id: id, state }).catch(() => marked.delete(key))
    }
  }

  watch([desk.picture, openTask], mark, { immediate: true })
  document.addEventListener('visibilitychange', mark)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', mark)
  })
}
