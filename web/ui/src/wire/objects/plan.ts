/** Plans on the stream `plans`: one head each. Versions and contents are asked for. */
import type { Time } from './base'

export interface PlanHead {
  id: string
  zh: string
  en: string
  /** Number of the version in force; null: none is. */
  in_force: number | null
  newest: number
  newest_state: 'draft' | 'reviewed' | 'approved' | 'filed' | 'in_force' | 'superseded' | 'withdrawn'
  changes: number
  changed_at: Time
}
