/**
 * How a person has arranged the layers of the map on this device: what is switched off, how strongly each is drawn, in which order the
 * city's own lie, what is folded. Kept per account, so that two people at one desk each find their own.
 */
import { computed, ref, watch } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { useSession } from '@/session/session'

export interface Arrangement {
  off: string[]
  /** Share of the full strength, 0.1 to 1; a row that is not named has 1. */
  opacity: Record<string, number>
  /** Names of the city's own layers, the topmost first; those not named lie above these. */
  order: string[]
  folded: string[]
  /** The tree is open; null: nobody has said, so a wide screen shows it and a narrow one does not. */
  open: boolean | null
}

export const LEAST_OPACITY = 0.1
export const PLAIN: Arrangement = Object.freeze({ off: [], opacity: {}, order: [], folded: [], open: null })

/** What was kept, as far as it can be read: whatever else somebody has written there is left out. */
export function readArrangement(text: string | null): Arrangement {
  let kept: unknown
  try {
    kept = JSON.parse(text ?? 'null')
  } catch {
    return PLAIN
  }
  if (typeof kept !== 'object' || kept === null) return PLAIN
  const fields = kept as Record<string, unknown>
  const words = (value: unknown) => (Array.isArray(value) ? [...new Set(value.filter((one) => typeof one === 'string'))] : [])
  const strengths = typeof fields.opacity === 'object' && fields.opacity !== null ? Object.entries(fields.opacity) : []
  const opacity = Object.fromEntries(strengths.filter((pair): pair is [string, number] => Number.isFinite(pair[1])).map(([row, value]) => [row, clamp(value)]))
  return { off: words(fields.off), opacity, order: words(fields.order), folded: words(fields.folded), open: typeof fields.open === 'boolean' ? fields.open : null }
}

const clamp = (value: number) => Math.min(1, Math.max(LEAST_OPACITY, Math.round(value * 100) / 100))

export const isOn = (one: Arrangement, row: string) => !one.off.includes(row)
export const opacityOf = (one: Arrangement, row: string) => one.opacity[row] ?? 1

/** On if all are, off if none is, else mixed. */
export function stateOf(one: Arrangement, rows: readonly string[]): 'on' | 'off' | 'mixed' {
  const on = rows.filter((row) => isOn(one, row)).length
  return on === rows.length ? 'on' : on === 0 ? 'off' : 'mixed'
}

export function switched(one: Arrangement, rows: readonly string[], on: boolean): Arrangement {
  const others = one.off.filter((row) => !rows.includes(row))
  return { ...one, off: on ? others : [...others, ...rows] }
}

export function dimmed(one: Arrangement, row: string, value: number): Arrangement {
  const others = Object.entries(one.opacity).filter(([other]) => other !== row)
  return { ...one, opacity: Object.fromEntries(clamp(value) === 1 ? others : [...others, [row, clamp(value)]]) }
}

/** The topmost first. `names`: as the catalogue has them, the newest last; what has not been arranged yet lies above. */
export function ordered(one: Arrangement, names: readonly string[]): string[] {
  const fresh = names.filter((name) => !one.order.includes(name)).reverse()
  return [...fresh, ...one.order.filter((name) => names.includes(name))]
}

/** Put a layer at another place among `names`. Layers that are gone for the moment keep their place at the end of what is remembered. */
export function placed(one: Arrangement, names: readonly string[], name: string, at: number): Arrangement {
  const rest = ordered(one, names).filter((other) => other !== name)
  const to = Math.max(0, Math.min(rest.length, at))
  const gone = one.order.filter((other) => !names.includes(other))
  return { ...one, order: [...rest.slice(0, to), name, ...rest.slice(to), ...gone] }
}

export function foldedOr(one: Arrangement, group: string, folded: boolean): Arrangement {
  const others = one.folded.filter((other) => other !== group)
  return { ...one, folded: folded ? [...others, group] : others }
}

/** As if nobody had arranged anything, but for what is folded away. */
export const restored = (one: Arrangement): Arrangement => ({ ...PLAIN, folded: one.folded, open: one.open })
export const isPlain = (one: Arrangement) => one.off.length === 0 && one.order.length === 0 && Object.keys(one.opacity).length === 0

const keyFor = (account: string) => `fengsui.map.${account}`
const held: Ref<Arrangement> = ref(PLAIN)
let owner: string | null = null

function load(account: string): void {
  if (owner === account) return
  owner = account
  try {
    held.value = readArrangement(localStorage.getItem(keyFor(account)))
  } catch {
    held.value = PLAIN
  }
}

/** Change it, and keep it. */
export function arrange(next: Arrangement): void {
  held.value = next
  try {
    localStorage.setItem(keyFor(owner ?? ''), JSON.stringify(next))
  } catch {
    // Private windows may refuse storage; the arrangement then lasts as long as the page.
  }
}

/** The arrangement of whoever is signed in. Another window of the same person follows. */
export function useArrangement(): ComputedRef<Arrangement> {
  const session = useSession()
  watch(() => session.account.value?.id ?? '', load, { immediate: true })
  return computed(() => held.value)
}

/** What the person on this screen has arranged, outside components (a print sheet, a legend). */
export const arrangementNow = (): Arrangement => held.value

if (typeof window !== 'undefined') {
  window.addEventListener('storage', (event) => {
    if (owner !== null && event.key === keyFor(owner)) held.value = readArrangement(event.newValue)
  })
}
