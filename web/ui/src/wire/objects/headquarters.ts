/** The headquarters of an incident (指挥部). Telephone numbers are asked for apart: they never stand in a picture. */
import type { By, Level, Time } from './base'

/** Who is meant; `name` null: a post that nobody holds. */
export interface HqPerson {
  post: string | null
  post_zh: string | null
  post_en: string | null
  account_id: string | null
  person_id: string | null
  name: string | null
  title_zh: string | null
  title_en: string | null
}

export type SeatRole = 'commander' | 'deputy' | 'office' | 'forward' | 'rear'
export type SeatState = 'asked' | 'taken' | 'silent' | 'declined' | 'vacant'

export interface HqPlace {
  name: string
  lon?: number
  lat?: number
  origin?: string
}

export interface HqSeat {
  id: string
  role: SeatRole
  /** Of deputies: the order in which they act. */
  sort: number
  person: HqPerson
  state: SeatState
  asked_by: By | null
  asked_at: Time | null
  until: Time | null
  answered: { at: Time; by: By; how: 'taken' | 'activated' | 'transferred' | 'acting' | 'declined'; word: string | null; reason?: string } | null
  call: { by: By; at: Time; until: Time; outcome: 'waiting' | 'silent' | 'answered'; answered_at: Time | null; word: string | null } | null
  place: HqPlace | null
}

export interface HqCommanding {
  seat_id: string
  acting: boolean
  since: Time | null
  person: HqPerson
}

/** The question who acts for a silent commander. */
export interface HqActing {
  why: 'seat' | 'call' | 'declined'
  since: Time
  asked: { seat_id: string; at: Time; until: Time; outcome: 'waiting' | 'silent' | 'void' }[]
  until: Time
  exhausted: boolean
}

export interface HqTransfer {
  id: string
  giver: HqPerson
  to: HqPerson
  summary: string
  reason: string
  cause: 'commander' | 'superior' | 'level'
  stays: boolean
  by: By
  at: Time
  until: Time
  outcome: 'open' | 'taken' | 'refused' | 'withdrawn' | 'superseded'
  late: boolean
  ended: { at: Time; by: By; reason: string | null } | null
}

export interface HqGroup {
  id: string
  zh: string
  en: string
  lead: string
  members: string[]
  duty_zh: string
  duty_en: string
  head: HqPerson
  plans: string[]
  edited: boolean
  dissolved: { at: Time; by: By; reason: string; reason_en?: string | null } | null
}

export interface HqDelegation {
  id: string
  matter: string
  up_to: Level | null
  giver: HqPerson
  to: HqPerson
  seat_id: string
  reason: string
  given_at: Time
  until: Time
  ended: { at: Time; by: By; how: string; reason: string | null } | null
}

export interface HqLine {
  what: string
  at: Time
  by: By
  [more: string]: unknown
}

/** In an incident's picture the whole; at a department's desk `Membership`. */
export interface Headquarters {
  id: string
  incident_id: string
  state: 'standing' | 'dissolved'
  established: { at: Time; by: By; plan_zh?: string; plan_en?: string; level?: Level; reason: string | null }
  dissolved: { at: Time; by: By; reason: string; reason_en?: string | null } | null
  commanding: HqCommanding | null
  seats: HqSeat[]
  acting: HqActing | null
  transfer: HqTransfer | null
  groups: HqGroup[]
  delegations: HqDelegation[]
  history: HqLine[]
  version: number
}

export interface Membership {
  id: string
  incident_id: string
  incident_title: string
  commanding: HqCommanding | null
  groups: { id: string; zh: string; en: string; leads: boolean; lead: string; members: string[]; duty_zh: string; duty_en: string; head: string | null }[]
}
