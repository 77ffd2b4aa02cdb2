/** The score as the server computes it from the record, made ready to show. */
import { say } from '@/i18n'

/** The four marks of the evaluators' sheet; null while it can still be met. */
export type Mark = 'P' | 'S' | 'M' | 'U'

export interface ScoreRow {
  readonly id: string
  readonly zh: string
  readonly en: string
  readonly target: string | null
  readonly actual: string | null
  readonly mark: Mark | null
  /** How many orders a share was counted from; 0 for times. */
  readonly counted: number
}

export interface Score {
  readonly rows: readonly ScoreRow[]
}

interface Objective {
  readonly id: string
  readonly zh: string
  readonly en: string
  readonly target_minutes?: number | null
  readonly target_share?: number | null
  readonly minutes?: number | null
  readonly share?: number | null
  readonly counted?: number
  readonly rating?: Mark | null
}

export function readScore(answer: unknown): Score {
  const objectives = (answer as { objectives?: readonly Objective[] }).objectives ?? []
  return { rows: objectives.map(rowOf) }
}

function rowOf(objective: Objective): ScoreRow {
  const { id, zh, en } = objective
  const target = shown(objective.target_minutes, objective.target_share, 'within', 'at_least')
  const actual = shown(objective.minutes, objective.share, 'minutes', 'share')
  return { id, zh, en, target, actual, mark: objective.rating ?? null, counted: objective.counted ?? 0 }
}

function shown(minutes: number | null | undefined, share: number | null | undefined, timed: string, shared: string): string | null {
  if (typeof minutes === 'number') return say(`exercise.score.${timed}`, { value: rounded(minutes) })
  return typeof share === 'number' ? say(`exercise.score.${shared}`, { value: Math.round(share * 100) }) : null
}

/** Whole minutes where they say enough, tenths below ten. */
function rounded(minutes: number): number {
  return minutes < 10 ? Math.round(minutes * 10) / 10 : Math.round(minutes)
}
