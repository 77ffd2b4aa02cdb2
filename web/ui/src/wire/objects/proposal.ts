/** Proposals while a response runs: what the machine or the desk thinks should be done, and what a person decided. */
import type { By, Level, Time } from './base'
import type { Asked, Seat } from './command'

export type ProposalKind = 'raise' | 'lower' | 'add_task' | 'move_unit' | 'extend_zone' | 'stand_down'
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
  response_id: string
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
  decided: { by: By; at: Time; post: Seat | null; reason: string | null; changed?: Record<string, unknown>; done?: Record<string, unknown> } | null
  version: number
}
