/**
 * Calls taken at this desk, from Enter until they are in the record. A call is stored on this computer before it is sent, so neither a
 * killed tab nor a dead line loses what somebody has said on the telephone.
 */
import { computed, effectScope, inject, onScopeDispose, provide, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, InjectionKey, Ref } from 'vue'
import { currentLocale } from '@/i18n/locale'
import { openDatabase } from '@/outbox/database'
import { carrierOver } from '@/outbox/http_carrier'
import { IndexedShelf } from '@/outbox/indexed_shelf'
import { belongsTo, isPending, type Item, type Json, type Owner } from '@/outbox/item'
import { useOutbox, type Outbox } from '@/outbox/use_outbox'
import { useSession } from '@/session/session'
import { realmNow } from '@/time/clock'
import { Problem } from '@/wire/api'
import { isSpooled, sendCommand } from '@/wire/command'
import { standing } from '@/wire/connection'
import { newId } from '@/wire/identifier'

/** registered: in the record · at_centre: on the centre's disk, not in the record yet · here: on this computer, not at the centre yet */
export interface Taken {
  readonly is: 'registered' | 'at_centre' | 'here'
  readonly id: string
}

export interface KeptCalls {
  /** Not in the record yet, or refused after the form was closed; oldest first. */
  readonly calls: ComputedRef<readonly Item[]>
  /** Of these, not known to be at the centre. */
  readonly undelivered: ComputedRef<number>
  readonly spooled: ComputedRef<number>
  readonly refused: ComputedRef<number>
  /** The session is over: nothing is sent until this account signs in again. */
  readonly signedOut: ComputedRef<boolean>
  /** Take a call. Throws Problem when the centre refuses it, and when it can be neither stored here nor sent. */
  register(stream: string, data: Record<string, unknown>, occurredAt: string | null): Promise<Taken>
  /** Take a refused call off the list. */
  dismiss(item: Item): Promise<void>
  wake(): void
}

const KEY: InjectionKey<KeptCalls> = Symbol('kept calls')
/** How long the form waits for the centre before it says that the call is kept here, in ms. */
const PATIENCE_MS = 4_000
const PATIENCE_WHEN_STALE_MS = 1_200

export function useKeptCalls(): KeptCalls {
  const calls = inject(KEY)
  if (!calls) throw new Error('useKeptCalls outside the desk')
  return calls
}

/** Called once by the desk's screen. */
export function provideKeptCalls(): KeptCalls {
  const session = useSession()
  const owner = computed<Owner | null>(() => (session.account.value === null ? null : { account: session.account.value.id, realm: session.account.value.realm.name }))
  const outbox = shallowRef<Outbox | null>(null)
  const scope = effectScope()
  /** Null when the browser gives no storage: then a call is only sent, and its form stays open until it is. */
  const opening = openDatabase()
    .then((db) => scope.run(() => useOutbox(new IndexedShelf(db), carrierOver(currentLocale), owner)) ?? null, () => null)
    .then((opened) => (outbox.value = opened))
  onScopeDispose(() => { scope.stop() })
  /** Calls whose form still waits for an answer: they are not on the list yet. */
  const asking = ref<ReadonlySet<string>>(new Set())

  const mine = computed(() => (outbox.value?.items.value ?? []).filter((item) => item.kind === 'call.register' && owner.value !== null && belongsTo(item, owner.value)))
  const calls = computed(() => mine.value.filter((item) => (isPending(item) || item.state === 'refused') && !asking.value.has(item.id)))

  watch(() => standing.value.is, (now) => {
    if (now === 'live') outbox.value?.askSoon()
  })

  async function register(stream: string, data: Record<string, unknown>, occurredAt: string | null): Promise<Taken> {
    const id = newId()
    const occurred = occurredAt ?? new Date(realmNow()).toISOString()
    const shelf = await opening
    mark(asking, id, true)
    try {
      if (shelf !== null) {
        await shelf.put({ id, kind: 'call.register', stream, occurredAt: occurred, tappedAt: Date.now(), data: data as Record<string, Json>, files: [] })
        return await answered(shelf, id)
      }
      const answer = await sendCommand('call.register', stream, data, { id, occurredAt: occurred })
      return { is: isSpooled(answer) ? 'at_centre' : 'registered', id }
    } finally {
      mark(asking, id, false)
    }
  }

  const kept: KeptCalls = {
    calls,
    undelivered: computed(() => calls.value.filter((item) => item.state === 'waiting' || item.state === 'sent').length),
    spooled: computed(() => calls.value.filter((item) => item.state === 'spooled').length),
    refused: computed(() => calls.value.filter((item) => item.state === 'refused').length),
    signedOut: computed(() => outbox.value?.sending.value === 'signed_out'),
    register,
    dismiss: async (item) => outbox.value?.dismiss(item),
    wake: () => outbox.value?.wake(),
  }
  provide(KEY, kept)
  return kept
}

function mark(among: Ref<ReadonlySet<string>>, id: string, on: boolean): void {
  const next = new Set(among.value)
  if (on) next.add(id)
  else next.delete(id)
  among.value = next
}

/** Waits for the centre's word on a call that is safe on this computer. */
async function answered(outbox: Outbox, id: string): Promise<Taken> {
  const item = await settledWithin(outbox, id, standing.value.is === 'live' ? PATIENCE_MS : PATIENCE_WHEN_STALE_MS)
  if (item?.state === 'received') return { is: 'registered', id }
  if (item?.state === 'spooled') return { is: 'at_centre', id }
  if (item?.state !== 'refused') return { is: 'here', id }
  // The form is still open with everything in it: the refusal is shown there, and nothing is left to be sent.
  await outbox.dismiss(item)
  throw new Problem({ status: 422, title: '', code: item.refusal?.code ?? 'refused', detail: item.refusal?.detail ?? '', field: item.refusal?.field ?? null })
}

function settledWithin(outbox: Outbox, id: string, patienceMs: number): Promise<Item | undefined> {
  const find = (): Item | undefined => outbox.items.value.find((item) => item.id === id)
  return new Promise((resolve) => {
    const bell = setTimeout(finish, patienceMs)
    const stop = watch(outbox.items, () => {
      const state = find()?.state
      if (state === 'received' || state === 'spooled' || state === 'refused') finish()
    }, { immediate: true })
    function finish(): void {
      clearTimeout(bell)
      queueMicrotask(() => { stop() })
      resolve(find())
    }
  })
}
