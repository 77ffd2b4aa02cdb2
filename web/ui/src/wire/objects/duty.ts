/** Clocks that run, who is on duty, messages and the exercise. */
import type { Time } from './base'

export type DeliveryState = 'queued' | 'sent' | 'delivered' | 'read' | 'answered' | 'failed'

export interface MessageDelivery {
  id: string
  channel: string
  to: string
  state: DeliveryState
  queued_at: Time
  delivered_at: Time | null
  read_at: Time | null
  answered_at: Time | null
  failed_at: Time | null
  error: string | null
  attempts: number
}

export interface Message {
  id: string
  incident_id: string | null
  task_id: string | null
  kind: string
  subject: string
  text: string
  at: Time
  deliveries: MessageDelivery[]
}

export interface Delivery {
  id: string
  message_id: string
  incident_id: string | null
  task_id: string | null
  kind: string
  subject: string
  text: string
  state: DeliveryState
  at: Time
  delivered_at?: Time | null
  read_at?: Time | null
  answered_at?: Time | null
  failed_at?: Time | null
}

export type DeadlineKind =
  | 'task_sign'
  | 'task_step'
  | 'task_due'
  | 'task_extension'
  | 'task_pause_ask'
  | 'task_pause'
  | 'first_report_phone'
  | 'first_report_written'
  | 'response_decision'
  | 'proposal_decision'
  | 'response_period'
  | 'watch'
  | 'alert_answer'
  | 'instruction_feedback'
  | 'instruction_escalation'
  | 'opinion_due'
  | 'consultation_merge'
  | 'request_answer'
  | 'handover'
  | 'headquarters_seat'
  | 'headquarters_act'
  | 'headquarters_call'
  | 'headquarters_transfer'

export interface Deadline {
  id: string
  kind: DeadlineKind
  incident_id: string | null
  subject_kind: string
  subject_id: string
  department: string | null
  title_zh: string
  title_en: string
  to_zh: string
  to_en: string
  started_at: Time
  due_at: Time
  passed: boolean
}

export interface Duty {
  kind: 'duty' | 'command'
  id: string
  post_zh: string
  post_en: string
  account_id: string | null
  person: string | null
  since: Time | null
  /** How he came to it; `emergency`: without a handover, for `reason`. */
  how: 'first' | 'handover' | 'emergency' | null
  reason: string | null
  /** The end of his shift, where the roster has one. */
  until: Time | null
}

export interface ClockObject {
  id: 'now'
  realm: string
  kind: 'live' | 'exercise'
  at: Time
  wall_at: Time
  speed: number
  paused: boolean
}

export interface Inject {
  id: string
  [key: string]: unknown
}

export interface Exercise {
  id: string
  [key: string]: unknown
}

export interface Rating {
  id: string
  [key: string]: unknown
}
