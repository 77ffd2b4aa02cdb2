/** Leaders' instructions (批示). */
import type { By, Time } from './base'
import type { FileRef } from './command'

export type InstructionState = 'captured' | 'decomposed' | 'in_progress' | 'fulfilled' | 'answered' | 'closed' | 'cancelled'
export type InstructionChannel = 'oral' | 'written' | 'phone' | 'video'
export type Urgency = 'immediate' | 'urgent' | 'normal'

/** Word given back to the leader: on the way, or the final one. `reason`: why no order was needed. */
export interface InstructionAnswer {
  final: boolean
  text: string
  channel: InstructionChannel
  to: string
  reason: string | null
  by: By
  at: Time
}

export interface Instruction {
  id: string
  no: string
  /** Null: of no incident. */
  incident_id: string | null
  incident_title: string | null
  area_code: string | null
  leader_name: string
  leader_post: string | null
  leader_account: string | null
  channel: InstructionChannel
  urgency: Urgency
  text: string
  files: FileRef[]
  state: InstructionState
  given_at: Time
  captured_at: Time
  captured_by: By
  feedback_due: Time
  orders: { open: number; closed: number; total: number }
  urged: { text: string | null; by: By; at: Time }[]
  escalated: { post: string; post_zh: string; post_en: string; at: Time }[]
  answers: InstructionAnswer[]
  sent_back: { reason: string; by: By; at: Time } | null
  ended: { note: string | null; by: By; at: Time } | null
  version: number
  updated_at: Time
}
