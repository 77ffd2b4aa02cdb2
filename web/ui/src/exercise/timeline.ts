/** The scenario's timeline: every inject with what became of it. Pure. */
import { toMs } from '@/time/clock'
import type { By, Exercise, Inject, Rating } from '@/wire/objects'

export type InjectState = 'planned' | 'delivered' | 'skipped'

export interface Outcome {
  readonly state: 'waiting' | 'carried_out' | 'replaced' | 'partly_refused' | 'refused' | 'gave_up'
  readonly waits_for: string | null
  readonly commands: readonly { readonly kind: string; readonly refused: { readonly code: string; readonly zh: string; readonly en: string } | null }[]
}

export interface InjectLine extends Inject {
  readonly no: string
  readonly due_at: string
  readonly at_minutes: number
  readonly state: InjectState
  readonly method: string
  readonly contingency: boolean
  readonly from_zh: string
  readonly from_en: string
  readonly to_zh: string
  readonly to_en: string
  readonly text_zh: string
  readonly text_en: string
  readonly expects_zh: string
  readonly expects_en: string
  readonly objective: string
  readonly delivered_at: string | null
  readonly delivered_by: By | null
  readonly reason: string | null
  readonly outcome: Outcome | null
  readonly done: boolean
}

export interface Objective {
  readonly id: string
  readonly zh: string
  readonly en: string
  readonly measure: string
  readonly target_minutes: number | null
  readonly target_share: number | null
}

export interface ExerciseShown extends Exercise {
  readonly title_zh: string
  readonly title_en: string
  readonly purpose_zh: string
  readonly purpose_en: string
  readonly starts_at: string
  readonly duration_minutes: number
  readonly state: 'running' | 'ended'
  readonly ended: { readonly by: By; readonly at: string; readonly reason: string } | null
  readonly illustrative: boolean
  readonly objectives: readonly Objective[]
}

export interface RatingShown extends Rating {
  readonly criterion: string
  readonly rating: 'P' | 'S' | 'M' | 'U'
  readonly text: string
  readonly inject_id: string | null
  readonly by: By
  readonly at: string
}

export function injectLines(injects: Readonly<Record<string, Inject>>): InjectLine[] {
  return (Object.values(injects) as InjectLine[]).sort(
    (a, b) => a.at_minutes - b.at_minutes || Number(a.no) - Number(b.no) || a.no.localeCompare(b.no),
  )
}

/** overdue: planned, its time has come, and it is still held; next: the first one that is planned and not yet due. */
export type Standing = InjectState | 'overdue' | 'next'

export function standings(lines: readonly InjectLine[], now: number): Map<string, Standing> {
  let nextFound = false
  return new Map(
    lines.map((line): [string, Standing] => {
      if (line.state !== 'planned') return [line.id, line.state]
      if (toMs(line.due_at) <= now) return [line.id, 'overdue']
      if (nextFound) return [line.id, 'planned']
      nextFound = true
      return [line.id, 'next']
    }),
  )
}

/** `T+0:03`, `T+1:10`, `T−0:02`: hours and minutes since the exercise's zero. */
export function formatT(minutes: number): string {
  const whole = Math.floor(Math.abs(minutes))
  const sign = minutes < 0 && whole > 0 ? '−' : '+'
  return `T${sign}${String(Math.floor(whole / 60))}:${String(whole % 60).padStart(2, '0')}`
}

export function elapsedMinutes(startsAt: string, now: number): number {
  return (now - toMs(startsAt)) / 60_000
}

export interface Tick {
  readonly minutes: number
  /** Share of the width, 0–1. */
  readonly x: number
}

/** Marks for the scale: every quarter, half or whole hour, never more than a dozen. */
export function ticksOf(duration: number): Tick[] {
  const step = [15, 30, 60, 120, 240].find((minutes) => duration / minutes <= 12) ?? 480
  const count = Math.floor(duration / step)
  return Array.from({ length: count + 1 }, (_, n) => ({ minutes: n * step, x: (n * step) / duration }))
}

export const SPEEDS = [1, 2, 5, 10, 30, 60, 120] as const

/** The next faster or slower of the usual speeds, the same at the ends. */
export function otherSpeed(speed: number, by: 1 | -1): number {
  const next = by > 0 ? SPEEDS.find((one) => one > speed) : [...SPEEDS].reverse().find((one) => one < speed)
  return next ?? speed
}
