/** Lights: a shape, a colour and a word for how a clock stands. The shares are the city's (rules/time_limits.yaml, through the catalogue). */
import { shallowReactive } from 'vue'

export type LightTone = 'overdue' | 'next' | 'soon' | 'intime' | 'done' | 'pending'

export const SHAPES: Record<LightTone, string> = {
  overdue: '▲',
  next: '◆',
  soon: '●',
  intime: '■',
  done: '✓',
  pending: '◌',
}

export const TONE_COLOURS: Record<LightTone, string> = {
  overdue: 'var(--g1-text)',
  next: 'var(--g2-text)',
  soon: 'var(--g3-text)',
  intime: 'var(--ok-text)',
  done: 'var(--ok-text)',
  pending: 'var(--dim)',
}

/** Until the catalogue is there: the e-supervision rule's own (yellow at 90 %) and the usual 70 %. */
const shares = shallowReactive({ soon: 0.7, next: 0.9 })

/** The city's own shares, from the catalogue: the light `attention` is ours `soon`, `warning` is `next`. */
export function takeLights(lights: unknown): void {
  if (!Array.isArray(lights)) return
  for (const one of lights as { light?: string; at_share?: number }[]) {
    if (typeof one.at_share !== 'number') continue
    if (one.light === 'attention') shares.soon = one.at_share
    if (one.light === 'warning') shares.next = one.at_share
  }
}

/** The light of a clock that started, is due, and is read now (milliseconds). */
export function lightOf(startedAt: number, dueAt: number, now: number): LightTone {
  if (now > dueAt) return 'overdue'
  const used = dueAt > startedAt ? (now - startedAt) / (dueAt - startedAt) : 1
  if (used >= shares.next) return 'next'
  return used >= shares.soon ? 'soon' : 'intime'
}
