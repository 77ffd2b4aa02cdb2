/** The assessments of a picture, told apart; and what is to be said where there is none. Pure. */
import { toMs } from '@/time/clock'
import type { Adjustment, Ask, Assessment, Picture, WhatIf } from '@/wire/objects'

export const LIVE = 'live'
/** Side by side with the live one: more cannot be compared on one screen. */
export const MOST_SIDE_BY_SIDE = 3
/** A first answer is there within seconds of the facts; after this it is late, and that is said. */
export const LATE_MS = 20_000

export function liveOf(picture: Picture | null): Assessment | null {
  return picture?.assessments?.[LIVE] ?? null
}

export interface Supposed {
  whatIf: WhatIf
  /** Null while it is being computed. */
  assessment: Assessment | null
}

/** The open what-ifs, the oldest first, each with its newest answer. */
export function whatIfsOf(picture: Picture | null): Supposed[] {
  return Object.values(picture?.what_ifs ?? {})
    .sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id))
    .map((whatIf) => ({ whatIf, assessment: picture?.assessments?.[whatIf.id] ?? null }))
}

export function adjustmentOf(picture: Picture | null, kind: Adjustment['kind'], name: string): Adjustment | null {
  return Object.values(picture?.adjustments ?? {}).find((one) => one.kind === kind && one.name === name) ?? null
}

export function takenOut(picture: Picture | null): Adjustment[] {
  return Object.values(picture?.adjustments ?? {}).filter((one) => one.kind === 'facility').sort((a, b) => a.at.localeCompare(b.at))
}

/** What to ask next: what the model that could not answer needs comes before what would make an answer better. */
export function asksOf(one: Assessment | null): { needed: Ask[]; better: Ask[] } {
  const needed = one?.refusal?.asks ?? one?.wanted?.asks ?? []
  const names = new Set(needed.map((ask) => ask.name))
  return { needed, better: (one?.answer?.asks ?? []).filter((ask) => !names.has(ask.name)) }
}

/** When something was last entered that a model may use. */
export function lastWord(picture: Picture | null): string | null {
  const times = [
    ...Object.values(picture?.figures ?? {}).map((one) => one.at),
    ...Object.values(picture?.adjustments ?? {}).map((one) => one.at),
    ...Object.values(picture?.incident ?? {}).map((one) => one.opened_at),
  ]
  return times.sort().at(-1) ?? null
}

export type Wanting = 'computing' | 'late' | 'none'

/** Why there is no answer yet: it is being made, it is overdue, or nobody makes one for an incident that is closed. */
export function wantingOf(picture: Picture | null, now: number): Wanting {
  const incident = Object.values(picture?.incident ?? {})[0]
  if (!incident || incident.status === 'closed') return 'none'
  return now - toMs(lastWord(picture) ?? incident.opened_at) < LATE_MS ? 'computing' : 'late'
}

/** The answer stands, and something was entered after it so lately that a newer one may be on its way. */
export function isRenewing(one: Assessment, picture: Picture | null, now: number): boolean {
  const word = lastWord(picture)
  return word !== null && toMs(word) > toMs(one.at) && now - toMs(word) < LATE_MS
}
