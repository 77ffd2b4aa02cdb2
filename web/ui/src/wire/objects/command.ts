/** Responses, tasks, units and their notes. */
import type { By, Level, Point, Time } from './base'

export interface ProposedTask {
  code: string
  title_zh: string
  title_en: string
  department: string
  support: string[]
  sign_minutes: number | null
  due_minutes: number
  clause: string
  source: string
  deliverable: string | null
}

export interface ProposalReason {
  zh: string
  en: string
  clause?: string
  source?: string
  [key: string]: unknown
}

export type ResponseState = 'proposed' | 'active' | 'ended' | 'declined'

export interface Response {
  id: string
  incident_id: string
  plan_id: string
  plan_zh: string
  plan_en: string
  state: ResponseState
  suggested: { level: Level; reasons: (ProposalReason | string)[] } | null
  decided: LevelDecision | null
  ended?: { by: By; at: Time; reason: string; post?: Seat | null; handed_over?: HandedOver[] } | null
  proposed_tasks: ProposedTask[]
  decide_by: Time | null
  plan_version?: number
  /** The posts that were asked to decide, in order; the last one is asked now when its outcome is waiting. */
  asked?: Asked[]
  history?: LevelEntry[]
  /** By code of the plan: which order serves it, and the other plan that gave it, if one did. */
  orders?: Record<string, { task_id: string; owner: string; title: string; other: { plan_zh: string; plan_en: string } | null }>
  version: number
}

/** The post in which somebody decided; `held` false: nobody held it and he may hold it. */
export interface Seat {
  post: string
  zh: string
  en: string
  held: boolean
  /** He commands this incident's headquarters, or was given the power by its commander. */
  standin?: { how: 'commands' | 'acts' | 'delegated'; by: string | null; until: Time | null }
}

export interface Asked {
  post: string
  zh: string
  en: string
  person: string | null
  held: boolean
  at: Time
  until: Time
  outcome: 'waiting' | 'silent' | 'decided' | 'void'
}

export interface LevelDecision {
  level: Level
  by: By
  at: Time
  reason: string | null
  post?: Seat | null
  expected_hours?: number | null
  expected_until?: Time | null
}

export type OrderChange = 'added' | 'retimed' | 'cancelled' | 'kept' | 'elsewhere'

export interface LevelEntry extends LevelDecision {
  what: 'activated' | 'raised' | 'lowered' | 'extended'
  before: Level | null
  counts: Partial<Record<OrderChange, number>>
  proposal_id: string | null
}

export interface HandedOver {
  id: string
  kind: string
  zh: string
  en: string
  reason: string | null
  aftercare: boolean
}

export type TaskState = 'waiting' | 'issued' | 'signed' | 'in_progress' | 'submitted' | 'closed' | 'returned' | 'cancelled'
export type PauseCause = 'superior' | 'external' | 'safety'
export type CardedClock = 'task_sign' | 'task_step' | 'task_due'
export type CardLevel = 'yellow' | 'red' | 'severe'
export type HelpKind = 'people' | 'vehicle' | 'medical' | 'equipment' | 'road'

export interface Task {
  id: string
  no: string
  incident_id: string
  incident_title: string
  response_id: string | null
  code: string | null
  title_zh: string
  title_en: string
  text: string
  text_en?: string
  support?: string[]
  deliverable?: string | null
  department: string
  unit_id: string | null
  clause: string | null
  source: string | null
  state: TaskState
  issued_at: Time
  sign_due: Time | null
  due: Time | null
  signed_at: Time | null
  submitted_at: Time | null
  closed_at: Time | null
  returned: { reason: string; by: By; at: Time } | null
  progress: { text: string; by: By; at: Time } | null
  arrived_at: Time | null
  need_help: { kinds: HelpKind[]; text: string | null; at: Time } | null
  /** The order it is a part of; `joint`: its parts are other departments' shares. */
  parent_id: string | null
  joint: boolean
  instruction_id: string | null
  /** Orders that must be closed before it begins, and when it begins at the earliest. */
  after: string[]
  start_at: Time | null
  evidence: ('text' | 'photo' | 'file')[]
  priority: 'life' | 'urgent' | 'normal'
  /** When the total clock began to run, pauses taken out; the same of the present step, null when it has no limit of its own. */
  due_from: Time
  step_from: Time | null
  step_due: Time | null
  /** The clocks stand still; `pause_ask`: it is asked for and nobody has decided. */
  pause: { cause: PauseCause; text: string; since: Time; until: Time; asked: By; granted: By } | null
  pause_ask: { cause: PauseCause; text: string; minutes: number; by: By; at: Time } | null
  extension_ask: { minutes: number; reason: string; by: By; at: Time } | null
  /** The last decision on more time. */
  extension: { granted: boolean; minutes: number | null; reason: string | null; by: By; at: Time } | null
  urged: { count: number; text: string | null; by: By; at: Time } | null
  supervised: { reason: string; by: By; at: Time } | null
  /** How far each clock was escalated. */
  cards: Partial<Record<CardedClock, { level: CardLevel; due: Time; at: Time }>>
  point: Point | null
  place: string | null
  version: number
  updated_at: Time
}

export type UnitStatus = 'available' | 'dispatched' | 'en_route' | 'on_scene' | 'returning' | 'out_of_service'

export interface Unit {
  id: string
  code?: string
  call_sign: string
  name: string
  name_en?: string
  department: string
  kind: string
  capabilities: string[]
  crew: number | null
  status: UnitStatus
  point: Point | null
  accuracy_m: number | null
  seen_at: Time | null
  task_id: string | null
  need_help?: { kinds: HelpKind[]; text: string | null; at: Time } | null
  area_code?: string | null
  /** Since when it works without a full rest, and when the rest that it is having is enough. */
  on_duty_since?: Time | null
  rest_until?: Time | null
  phone: string | null
  version: number
}

export interface FileRef {
  hash: string
  media_type: string
  name: string
  size: number
}

export interface Note {
  id: string
  incident_id: string | null
  task_id: string | null
  unit_id: string | null
  text: string
  files: FileRef[]
  point: Point | null
  occurred_at: Time
  at: Time
  by: By
  late: boolean
  kind: 'note' | 'progress' | 'photo' | 'voice' | 'arrival' | 'help'
}

export interface Department {
  id: string
  code: string
  name_zh: string
  name_en: string
  [key: string]: unknown
}

/** A line whose crossing by units is told. Its area is read at `/api/fences`. */
export interface Fence {
  id: string
  name: string
  name_en: string | null
  purpose: 'hazard' | 'cordon' | 'evacuation' | 'district' | 'other'
  basis: 'drawn' | 'incident_area' | 'impact_area' | 'district'
  incident_id: string | null
  area_code: string | null
  margin_m: number
  drawn_at: Time
  by: By
  version: number
}
