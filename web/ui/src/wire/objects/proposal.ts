/** Proposals while a response runs: what the machine or the desk thinks should be done, and what a person decided. */
import type { By, Level, Time } from './base'
import type { Asked, Seat } from './command'

export type ProposalKind = 'raise' | 'lower' | 'add_task' | 'move_unit' | 'extend_zone' | 'stand_down' | 'replace_unit' | 'next_shelter'
export type ProposalState = 'open' | 'accepted' | 'rejected' | 'withdrawn' | 'overtaken'

export interface WatchReason {
  zh: string
  en?: string
  metric?: string
  value?: number | string
  threshold?: number | string
  clause?: string
  source?: string
  basis?: string
  model?: string
}

export interface Proposal {
  id: string
  incident_id: string
  /** Null: what happened on the spot made it, no plan. */
  response_id: string | null
  plan_zh: string
  plan_en: string
  rule: string | null
  kind: ProposalKind
  level: Level | null
  task: string | null
  zh: string
  en: string
  reasons: WatchReason[]
  if_ignored_zh: string
  if_ignored_en: string
  automatic: boolean
  state: ProposalState
  made: { by: By; at: Time }
  asked: Asked[]
  decide_by: Time
  decided: { by: By; at: Time; post: Seat | null; reason: string | null; reason_en?: string; changed?: Record<string, unknown>; done?: Record<string, unknown> } | null
  /** What one that no plan made is about. */
  detail: ProposalDetail | null
  version: number
}

export interface ShelterMove {
  shelter_id: string
  name_zh: string
  name_en: string
  people: number
  /** Places free when it was proposed. */
  free: number
  open: boolean
  distance_m: number | null
  /** By road; null: not known. */
  minutes: number | null
}

/** Of `replace_unit`: unit and order. Of `next_shelter`: the full shelter, who finds no room, and where there is some. */
export interface ProposalDetail {
  task_id?: string
  task_no?: string
  unit_id?: string
  call_sign?: string
  cause?: 'closure' | 'report'
  shelter_id?: string
  people?: number
  expected?: number
  inside?: number
  moves?: ShelterMove[]
}
