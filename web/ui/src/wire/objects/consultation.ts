/** One question to several departments at once (并联会签). */
import type { By, Time } from './base'

export type Stance = 'agree' | 'conditions' | 'disagree' | 'abstain'
export type DecisionMode = 'explicit' | 'tacit' | 'escalated'
export type ConsultationResult = 'approved' | 'conditional' | 'refused'

export interface AskedPost {
  post: string
  post_zh: string
  post_en: string
  at: Time
}

export interface Opinion {
  id: string
  department: string
  question: string | null
  asked_at: Time
  due: Time
  state: 'asked' | 'escalated' | 'given' | 'tacit'
  stance: Stance | null
  text: string | null
  decision_mode: DecisionMode | null
  /** `by` null: silence, counted by rule. `post`: who spoke in its stead. */
  given: { by: By | null; at: Time; post: { id: string; zh: string; en: string } | null } | null
  escalated: AskedPost[]
  late: { stance: Stance; text: string | null; by: By; at: Time }[]
}

export interface Consultation {
  id: string
  no: string
  incident_id: string
  incident_title: string
  subject: string
  title: string
  question: string
  /** Silence is never consent. */
  safety: boolean
  mode: 'explicit' | 'tacit'
  asker: By
  asker_department: string | null
  lead: string
  state: 'asked' | 'ready' | 'answered' | 'withdrawn'
  requested_at: Time
  merge_due: Time | null
  merge_escalated: AskedPost[]
  opinions: Opinion[]
  answer: {
    result: ConsultationResult
    text: string
    addressed: { department: string; text: string }[]
    decision_mode: DecisionMode
    post: { id: string; zh: string; en: string } | null
    by: By
    at: Time
  } | null
  withdrawn: { reason: string; by: By; at: Time } | null
  version: number
  updated_at: Time
}
