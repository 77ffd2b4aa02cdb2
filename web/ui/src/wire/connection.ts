/** The page's end of the worker: one worker per tab, its words handed to whoever listens. */
import { ref, shallowRef } from 'vue'
import type { Link, Order, Standing, Word } from './frames'
import type { RealmTitle } from './objects'
import { currentLocale, onLocaleChange } from '@/i18n/locale'
import { setClock } from '@/time/clock'

type Listener = (word: Word) => void

const listeners = new Set<Listener>()
let worker: Worker | null = null
let started = false

export const link = ref<Link>('down')
/** Wall time (ms) here at which the server last proved that it can read the record; 0 = never. */
export const heardAt = ref(0)
/** How this screen stands to the record, and (wall time here, ms; 0 = never) as of when everything shown was known to be so. */
export const standing = shallowRef<{ readonly is: Standing; readonly asOf: number }>({ is: 'connecting', asOf: 0 })
export const realm = shallowRef<RealmTitle | null>(null)

export function listen(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function theWorker(): Worker {
  if (worker) return worker
  worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'wire' })
  worker.onmessage = (message: MessageEvent<Word>) => { hear(message.data) }
  return worker
}

function hear(word: Word): void {
  switch (word.is) {
    case 'link':
      link.value = word.link
      break
    case 'heard':
      heardAt.value = word.at
      break
    case 'standing':
      standing.value = { is: word.standing, asOf: word.asOf }
      break
    case 'clock':
      setClock(word.clock, word.receivedAt)
      break
    case 'realm':
      realm.value = word.realm
      break
    default:
      break
  }
  for (const listener of listeners) listener(word)
}

export function order(what: Order): void {
  theWorker().postMessage(what)
}

/** Open the line; called once somebody is signed in. */
export function startWire(): void {
  if (started) return
  started = true
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  order({ do: 'start', socket: `${scheme}://${location.host}/api/socket`, locale: currentLocale() })
}

export function stopWire(): void {
  if (!started) return
  started = false
  order({ do: 'stop' })
  link.value = 'down'
  standing.value = { is: 'connecting', asOf: 0 }
}

export function isStarted(): boolean {
  return started
}

onLocaleChange((locale) => {
  if (worker) order({ do: 'locale', locale })
})
