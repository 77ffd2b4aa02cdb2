/** The outbox on the screen: what is in it, how sending goes, and the loop that carries it to the centre. */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { newId } from '@/wire/identifier'
import { isRemovable, itemOf, type Draft, type Item, type Owner } from './item'
import { asNew, backlogOf, pauseAfter, type Backlog } from './queue'
import { takeStep, type Carrier } from './sender'
import type { Shelf } from './shelf'

/** rest: nothing to send · sending · silent: no answer, trying again by itself · signed_out: somebody must sign in */
export type SendingState = 'rest' | 'sending' | 'silent' | 'signed_out'

export interface Outbox {
  readonly items: ShallowRef<readonly Item[]>
  readonly backlog: ComputedRef<Backlog>
  readonly sending: ShallowRef<SendingState>
  /** Stores the deed on the phone; resolves when it is safe there. Rejects when the phone has no room. */
  put(draft: Draft, contents?: ReadonlyMap<string, Blob>): Promise<void>
  /** Takes a refused item off the list, or one that has not left the phone. */
  dismiss(item: Item): Promise<void>
  /** Sends a refused item's deed once more, as a new command. */
  again(item: Item): Promise<void>
  /** Tries now instead of after the pause. */
  wake(): void
}

const LOCK = 'fengsui-field-outbox'
const GLANCE_MS = 3_000

export function useOutbox(shelf: Shelf, carrier: Carrier, owner: Ref<Owner | null>): Outbox {
  const items = shallowRef<readonly Item[]>([])
  const sending = shallowRef<SendingState>('rest')
  let failures = 0
  let running = false
  let again = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false

  async function look(): Promise<void> {
    items.value = await shelf.items()
  }

  function later(ms: number): void {
    clearTimeout(timer)
    if (!over) timer = setTimeout(wake, ms)
  }

  function wake(): void {
    if (running) {
      again = true
      return
    }
    clearTimeout(timer)
    running = true
    void alone(drain)
      .catch(() => {
        failures += 1
        later(pauseAfter(failures, Math.random()))
      })
      .finally(() => {
        running = false
        if (again) {
          again = false
          wake()
        }
      })
  }

  async function drain(): Promise<void> {
    const who = owner.value
    if (who === null || over) return
    if (!navigator.onLine) {
      // Nothing is tried, so nothing is said to be on its way; the phone tells us when it has a signal again.
      await look()
      sending.value = backlog.value.count > 0 ? 'silent' : 'rest'
      return
    }
    for (;;) {
      const outcome = await takeStep(shelf, carrier, who, Date.now)
      await look()
      if (outcome === 'went_on') {
        failures = 0
        sending.value = 'sending'
        continue
      }
      if (outcome === 'no_answer') {
        failures += 1
        sending.value = 'silent'
        later(pauseAfter(failures, Math.random()))
      } else {
        sending.value = outcome === 'signed_out' ? 'signed_out' : 'rest'
      }
      return
    }
  }

  /** One tab sends; the others look on. Without locks (plain http) two tabs may send the same id, which changes nothing. */
  async function alone(work: () => Promise<void>): Promise<void> {
    const locks = (navigator as { locks?: LockManager }).locks
    if (locks === undefined) return work()
    await locks.request(LOCK, { ifAvailable: true }, async (lock) => {
      if (lock !== null) return work()
      await look()
      if (backlog.value.count > 0) later(GLANCE_MS)
    })
  }

  const backlog = computed(() => backlogOf(items.value, owner.value ?? { account: '', realm: '' }))

  const nextOrder = (): number => Math.max(0, ...items.value.map((item) => item.order)) + 1

  void shelf
    .tidy()
    .then(look)
    .then(wake)
    .catch(() => {
      later(GLANCE_MS)
    })
  watch(owner, () => {
    failures = 0
    wake()
  })
  const online = (): void => {
    failures = 0
    wake()
  }
  const shown = (): void => {
    if (document.visibilityState === 'visible') online()
  }
  window.addEventListener('online', online)
  document.addEventListener('visibilitychange', shown)
  onScopeDispose(() => {
    over = true
    clearTimeout(timer)
    window.removeEventListener('online', online)
    document.removeEventListener('visibilitychange', shown)
  })

  return {
    items,
    backlog,
    sending,
    async put(draft, contents = new Map()) {
      const who = owner.value
      if (who === null) throw new Error('nobody is signed in')
      await shelf.add(itemOf(draft, who, nextOrder()), contents)
      await look()
      wake()
    },
    async dismiss(item) {
      await shelf.remove(item.id, isRemovable)
      await shelf.tidy()
      await look()
    },
    async again(item) {
      if (item.state !== 'refused') return
      await shelf.replace(item.id, asNew(item, newId(), nextOrder()))
      await look()
      wake()
    },
    wake,
  }
}
