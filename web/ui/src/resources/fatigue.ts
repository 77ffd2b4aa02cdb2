/** Hours of work and rest of a unit, by the same rules as the server's `command/units/fatigue.py`. */
import { toMs } from '@/time/format'

export type FatigueLevel = 'fresh' | 'tiring' | 'rest_due' | 'exhausted'
export interface HourLimits {
  tiring_hours: number
  rest_hours_due: number
  exhausted_hours: number
  rest_hours: number
}
export interface FatigueRules {
  default: HourLimits
  kinds: Record<string, HourLimits>
  levels: { id: FatigueLevel; zh: string; en: string }[]
}
interface Spell {
  kind: string
  on_duty_since?: string | null
  rest_until?: string | null
}
export interface Fatigue {
  hours: number
  level: FatigueLevel
  restingUntil: string | null
}

const HOUR = 3_600_000

export function fatigueOf(unit: Spell, rules: FatigueRules, now: number): Fatigue {
  const limits = rules.kinds[unit.kind] ?? rules.default
  const until = unit.rest_until ?? null
  if (!unit.on_duty_since || (until !== null && now >= toMs(until))) return { hours: 0, level: 'fresh', restingUntil: null }
  const stopped = until === null ? now : toMs(until) - limits.rest_hours * HOUR
  const hours = Math.max(0, (stopped - toMs(unit.on_duty_since)) / HOUR)
  const level = hours >= limits.exhausted_hours ? 'exhausted' : hours >= limits.rest_hours_due ? 'rest_due' : hours >= limits.tiring_hours ? 'tiring' : 'fresh'
  return { hours, level, restingUntil: until }
}
