/** The duty roster and handovers. */
import type { Time } from './base'

/** How often the roster changed: to know when to ask again. */
export interface RosterHead {
  id: 'roster'
  changes: number
  at: Time | null
}

/** A handover that waits for its second signature; its sheet is fetched. */
export interface OpenHandover {
  id: string
  post: string
  post_zh: string
  post_en: string
  state: 'offered' | 'completed' | 'refused' | 'withdrawn' | 'superseded'
  from_id: string
  from_name: string
  to_person: string | null
  signed_out_at: Time
  items: number
  faults: number
  version: number
}
