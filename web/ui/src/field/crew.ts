/** Whose phone this is and what it shows: the live picture of the unit, or the last one kept when there is no signal. */
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { restore, useSession } from '@/session/session'
import { clockKnown, clockPace, realmNow, setClock } from '@/time/clock'
import { realm } from '@/wire/connection'
import type { Picture, RealmTitle } from '@/wire/objects'
import { usePicture } from '@/wire/pictures'
import { keep, keptPicture, keptSession, type KeptPicture, type KeptSession } from './kept_picture'
import type { Owner } from '@/outbox/item'

/** live · kept: shown from the phone, the centre is not heard · loading · failed · forbidden */
export type Freshness = 'live' | 'kept' | 'loading' | 'failed' | 'forbidden'

export interface Crew {
  readonly owner: ComputedRef<Owner | null>
  readonly account: ComputedRef<string | null>
  readonly realm: ComputedRef<RealmTitle | null>
  readonly unit: ComputedRef<string | null>
  /** Every unit the account may speak for. */
  readonly units: ComputedRef<readonly string[]>
  choose(unit: string): void
  /** Nothing of the unit is shown or kept any more. */
  leave(): void
  readonly picture: ComputedRef<Picture | null>
  readonly freshness: ComputedRef<Freshness>
  readonly problem: ComputedRef<string | null>
  /** The phone's clock in ms when the centre was last heard; 0 = never. */
  readonly heardAt: ComputedRef<number>
  /** The session is over: somebody must sign in before anything can be sent. */
  readonly signedOut: Ref<boolean>
  readonly opened: ShallowRef<boolean>
}

const CHOICE = 'fengsui.field.unit'
const KEEP_EVERY_MS = 2_000
const ASK_EVERY_MS = 10_000

export function useCrew(db: IDBDatabase): Crew {
  const session = useSession()
  const opened = shallowRef(false)
  let left = false
  const kept = shallowRef<KeptSession | null>(null)
  const old = shallowRef<KeptPicture | null>(null)
  const signedOut = ref(false)
  const chosen = ref(localStorage.getItem(CHOICE))

  const units = computed<readonly string[]>(() =>
    session.account.value !== null ? session.units.value : kept.value === null ? [] : [kept.value.unit],
  )
  const unit = computed(() => units.value.find((id) => id === chosen.value) ?? units.value[0] ?? null)
  const title = computed(() => session.account.value?.realm ?? kept.value?.realm ?? null)
  const owner = computed<Owner | null>(() => {
    const account = session.account.value?.id ?? kept.value?.account.id
    return account === undefined || title.value === null ? null : { account, realm: title.value.name }
  })
  const live = usePicture(() => (session.account.value === null || unit.value === null ? null : `unit:${unit.value}`))
  const keptHere = computed(() => (old.value?.stream === `unit:${unit.value ?? ''}` ? old.value : null))

  const picture = computed(() => live.picture.value ?? keptHere.value?.picture ?? null)
  const freshness = computed<Freshness>(() => {
    if (live.status.value === 'forbidden') return 'forbidden'
    if (live.picture.value !== null && live.status.value === 'live') return 'live'
    if (picture.value !== null) return live.status.value === 'loading' && navigator.onLine && !signedOut.value ? 'loading' : 'kept'
    return live.status.value === 'failed' ? 'failed' : 'loading'
  })
  const heardAt = computed(() => Math.max(live.lastHeardAt.value, keptHere.value?.heardAt ?? 0))

  let keeping: ReturnType<typeof setTimeout> | undefined
  /** The first picture is kept at once: the signal may be gone two seconds after the order was read. */
  let keptOnce = false
  watch(
    [live.seq, live.status, unit],
    () => {
      scheduleKeep()
    },
    { immediate: true },
  )
  function scheduleKeep(): void {
    if (!keptOnce && live.picture.value !== null && session.account.value !== null && unit.value !== null) {
      keptOnce = true
      void keepNow()
      return
    }
    keeping ??= setTimeout(() => {
      keeping = undefined
      void keepNow()
    }, KEEP_EVERY_MS)
  }

  async function keepNow(): Promise<void> {
    if (left) return
    const account = session.account.value
    const id = unit.value
    const held = live.picture.value
    if (account === null || id === null || held === null) return
    const clock = { at: new Date(realmNow()).toISOString(), wall_at: new Date().toISOString(), ...clockPace.value }
    const shown: KeptPicture = { name: 'picture', stream: `unit:${id}`, picture: held, heardAt: live.lastHeardAt.value }
    const who: KeptSession = {
      name: 'session',
      account: { id: account.id, name: account.name },
      unit: id,
      realm: account.realm,
      clock: clockKnown.value ? clock : null,
      clockReadAt: Date.now(),
    }
    old.value = shown
    kept.value = who
    await keep(db, shown)
    await keep(db, who)
  }

  async function open(): Promise<void> {
    const stored = await keptSession(db)
    // What the centre said meanwhile is newer than what was stored.
    kept.value ??= stored
    if (kept.value !== null) {
      const picture = await keptPicture(db, `unit:${kept.value.unit}`)
      old.value ??= picture
      if (!clockKnown.value && kept.value.clock !== null) setClock(kept.value.clock, kept.value.clockReadAt)
      realm.value ??= kept.value.realm
    }
    opened.value = true
    if (session.account.value === null) await ask()
  }

  /** Who is signed in? Asked again until somebody answers: a start without a signal does not sign anybody out. */
  async function ask(): Promise<void> {
    try {
      signedOut.value = (await restore()) === null
    } catch {
      later = setTimeout(() => void ask(), ASK_EVERY_MS)
    }
  }
  let later: ReturnType<typeof setTimeout> | undefined
  const online = (): void => {
    if (session.account.value !== null) return
    clearTimeout(later)
    void ask()
  }
  window.addEventListener('online', online)
  watch(session.account, (now, before) => {
    if (now !== null) signedOut.value = false
    else if (before !== null) signedOut.value = true
  })
  onScopeDispose(() => {
    window.removeEventListener('online', online)
    clearTimeout(later)
    clearTimeout(keeping)
    void keepNow()
  })
  void open()

  return {
    owner,
    account: computed(() => session.account.value?.name ?? kept.value?.account.name ?? null),
    realm: title,
    unit,
    units,
    choose(id) {
      chosen.value = id
      localStorage.setItem(CHOICE, id)
    },
    leave() {
      clearTimeout(keeping)
      left = true
      kept.value = null
      old.value = null
    },
    picture,
    freshness,
    problem: computed(() => live.error.value?.detail ?? null),
    heardAt,
    signedOut,
    opened,
  }
}
