/** The outbox on the screen: what is in it, how sending goes, and the loop that carries it to the centre. */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { newId } from '@/wire/identifier'
import { isRemovable, itemOf, type Draft, type Item, type Owner } from './item'
import { askedAt, asNew, backlogOf, nextAskAt, pauseAfter, type Backlog } from './queue'
import { takeStep, type Carrier, type Device } from './sender'
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
  /** The centre's database is back: ask soon about everything that it kept, not all devices at once. */
  askSoon(): void
}

const LOCK = 'fengsui-field-outbox'
/** Other tabs of this browser hear that the shelf has changed. */
const CHANNEL = 'fengsui-outbox'
const GLANCE_MS = 3_000
const ASK_WITHIN_MS = 1_500
const DEVICE: Device = { now: () => Date.now(), chance: () => Math.random() }

export function useOutbox(shelf: Shelf, carrier: Carrier, owner: Ref<Owner | null>): Outbox {
  const items = shallowRef<readonly Item[]>([])
  const sending = shallowRef<SendingState>('rest')
  let failures = 0
  let running = false
  let again = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false

  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL)

  async function look(): Promise<void> {
    items.value = await shelf.items()
  }

  async function changed(): Promise<void> {
    channel?.postMessage(null)
    await look()
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
      const outcome = await takeStep(shelf, carrier, who, DEVICE)
      if (outcome === 'nothing_to_do') await look()
      else await changed()
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
        const askAt = outcome === 'nothing_to_do' ? nextAskAt(items.value, who) : null
        if (askAt !== null) later(Math.max(0, askAt - Date.now()))
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

  async function askAll(): Promise<void> {
    for (const item of items.value.filter((one) => one.state === 'spooled')) {
      const at = Date.now() + Math.random() * ASK_WITHIN_MS
      await shelf.change(item.id, (now) => askedAt(now, at))
    }
    await look()
    wake()
  }

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
  if (channel !== null) channel.onmessage = () => void look().catch(() => undefined)
  window.addEventListener('online', online)
  document.addEventListener('visibilitychange', shown)
  onScopeDispose(() => {
    over = true
    clearTimeout(timer)
    channel?.close()
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
      // Another tab may have put something meanwhile: what is done later comes later.
      await look()
      await shelf.add(itemOf(draft, who, nextOrder()), contents)
      await changed()
      wake()
    },
    async dismiss(item) {
      await shelf.remove(item.id, isRemovable)
      await shelf.tidy()
      await changed()
    },
    async again(item) {
      if (item.state !== 'refused') return
      await shelf.replace(item.id, asNew(item, newId(), nextOrder()))
      await changed()
      wake()
    },
    wake,
    askSoon() {
      void askAll()
    },
  }
}
