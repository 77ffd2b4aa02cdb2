/** Pictures of streams for components: followed while somebody looks, shared between all who do. */
import { computed, onScopeDispose, shallowRef, toValue, watch } from 'vue'
import type { MaybeRefOrGetter, Ref, ShallowRef } from 'vue'
import { Problem } from './api'
import { heardAt, listen, order, startWire } from './connection'
import { foldCopy } from './fold'
import { paced } from './paced'
import type { Status, Word } from './frames'
import type { After, FactLine, Picture } from './objects'

export type { Status } from './frames'
export type { Picture } from './objects'

export interface Changed {
  collection: string
  id: string
}

export interface Followed {
  picture: Readonly<ShallowRef<Picture | null>>
  status: Readonly<Ref<Status>>
  /** Wall time (ms) at which this stream was last known to be complete; 0 = never. */
  lastHeardAt: Readonly<Ref<number>>
  seq: Readonly<Ref<number>>
  error: Readonly<Ref<Problem | null>>
  /** What the last change touched, for the highlight. */
  changed: Readonly<Ref<Changed[]>>
}

interface Entry {
  readers: number
  leaving: ReturnType<typeof setTimeout> | null
  telemetry: boolean
  picture: ShallowRef<Picture | null>
  items: ShallowRef<Record<string, unknown>>
  status: ShallowRef<Status>
  heard: ShallowRef<number>
  seq: ShallowRef<number>
  error: ShallowRef<Problem | null>
  changed: ShallowRef<Changed[]>
  hearers: Set<(facts: FactLine[]) => void>
}

/** A screen that is left and entered again within this time finds its picture still warm. */
const LINGER = 30_000
const entries = new Map<string, Entry>()

listen((word: Word) => {
  if (word.is === 'heard') {
    for (const entry of entries.values()) if (entry.status.value === 'live') entry.heard.value = word.at
    return
  }
  if (!('stream' in word)) return
  if (word.is === 'patch') pace.patch(word)
  else {
    pace.drain()
    tell(word)
  }
})

function tell(word: Extract<Word, { stream: string }>): void {
  const entry = entries.get(word.stream)
  if (entry) apply(entry, word)
}
/** A storm of facts must not be drawn fact by fact: what comes while the screen is still drawing is drawn together. */
const pace = paced(tell)

function apply(entry: Entry, word: Word): void {
  switch (word.is) {
    case 'snapshot':
      entry.picture.value = word.picture
      entry.seq.value = word.seq
      entry.changed.value = []
      entry.error.value = null
      entry.heard.value = word.asOf
      break
    case 'patch':
      if (!entry.picture.value) break
      entry.picture.value = foldCopy(entry.picture.value, word.now)
      entry.seq.value = word.seq
      entry.changed.value = touched(word.now)
      if (entry.status.value === 'live') entry.heard.value = Date.now()
      for (const hearer of entry.hearers) hearer(word.facts)
      break
    case 'where': {
      const items = { ...entry.items.value, ...word.items }
      for (const id in word.items) if (word.items[id] === null) Reflect.deleteProperty(items, id)
      entry.items.value = items
      entry.heard.value = Date.now()
      break
    }
    case 'status':
      entry.status.value = word.status
      entry.error.value = word.problem ? new Problem(word.problem) : null
      if (word.status === 'live') entry.heard.value = Math.max(entry.heard.value, heardAt.value)
      else if (word.status === 'stale' && word.asOf > 0) entry.heard.value = word.asOf
      break
    default:
      break
  }
}

function touched(now: After): Changed[] {
  return Object.entries(now).flatMap(([collection, objects]) => Object.keys(objects).map((id) => ({ collection, id })))
}

function enter(stream: string, telemetry: boolean): Entry {
  let entry = entries.get(stream)
  if (!entry) {
    entry = {
      readers: 0,
      leaving: null,
      telemetry,
      picture: shallowRef(null),
      items: shallowRef({}),
      status: shallowRef('loading'),
      heard: shallowRef(0),
      seq: shallowRef(-1),
      error: shallowRef(null),
      changed: shallowRef([]),
      hearers: new Set(),
    }
    entries.set(stream, entry)
    startWire()
    order({ do: 'follow', stream, telemetry })
  }
  if (entry.leaving !== null) clearTimeout(entry.leaving)
  entry.leaving = null
  entry.readers++
  return entry
}

function leave(stream: string): void {
  const entry = entries.get(stream)
  if (!entry || --entry.readers > 0) return
  entry.leaving = setTimeout(() => {
    entries.delete(stream)
    order({ do: 'unfollow', stream })
  }, LINGER)
}

/** Forget everything; called when the account changes, so that nobody sees what another was shown. */
export function forgetPictures(): void {
  for (const [stream, entry] of entries) {
    if (entry.leaving !== null) clearTimeout(entry.leaving)
    order({ do: 'unfollow', stream })
  }
  entries.clear()
}

function useEntry(stream: MaybeRefOrGetter<string | null>, telemetry: boolean): ShallowRef<Entry | null> {
  const entry = shallowRef<Entry | null>(null)
  watch(
    () => toValue(stream),
    (wanted, _before, onCleanup) => {
      entry.value = wanted === null ? null : enter(wanted, telemetry)
      if (wanted !== null) onCleanup(() => { leave(wanted) })
    },
    { immediate: true },
  )
  return entry
}

/** The picture of a stream, followed while the calling component lives; null follows nothing. */
export function usePicture(stream: MaybeRefOrGetter<string | null>): Followed {
  const entry = useEntry(stream, false)
  return {
    picture: computed(() => entry.value?.picture.value ?? null),
    status: computed(() => entry.value?.status.value ?? 'loading'),
    lastHeardAt: computed(() => entry.value?.heard.value ?? 0),
    seq: computed(() => entry.value?.seq.value ?? -1),
    error: computed(() => entry.value?.error.value ?? null),
    changed: computed(() => entry.value?.changed.value ?? []),
  }
}

/** Telemetry of a stream such as `where:units` or `view:<incident>`: newest value per id, no positions. */
export function useTelemetry<T = Record<string, unknown>>(
  stream: MaybeRefOrGetter<string | null>,
): { items: Readonly<Ref<Record<string, T>>>; status: Readonly<Ref<Status>>; lastHeardAt: Readonly<Ref<number>> } {
  const entry = useEntry(stream, true)
  return {
    items: computed(() => (entry.value?.items.value ?? {}) as Record<string, T>),
    status: computed(() => entry.value?.status.value ?? 'loading'),
    lastHeardAt: computed(() => entry.value?.heard.value ?? 0),
  }
}

/** Hear each live fact of a stream; the stream must also be followed by `usePicture` somewhere. */
export function useFacts(stream: MaybeRefOrGetter<string | null>, hear: (facts: FactLine[]) => void): void {
  const entry = useEntry(stream, false)
  let joined: Entry | null = null
  const part = () => joined?.hearers.delete(hear)
  watch(
    entry,
    (next) => {
      part()
      joined = next
      next?.hearers.add(hear)
    },
    { immediate: true },
  )
  onScopeDispose(part)
}

/** Show this map and page to everybody who follows the incident's presenter. */
export function present(incidentId: string, view: Record<string, unknown>): void {
  order({ do: 'present', incident: incidentId, view })
}
