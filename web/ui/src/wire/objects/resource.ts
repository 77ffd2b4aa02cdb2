/** Requests and offers, shelters, and a department's own use of goods. Quantities are whole numbers in the item's measure. */
import type { By, Point, Time } from './base'

export type RequestState = 'asked' | 'answered' | 'covered' | 'fulfilled' | 'declined' | 'closed' | 'cancelled'
export type OfferState = 'offered' | 'committed' | 'deployed' | 'received' | 'released' | 'returned' | 'withdrawn'
export type OfferSource = 'stock' | 'shelter' | 'unit' | 'outside'

export interface Outlook {
  item: string
  at: Time
  free: number
  wanted: number
  short: number
  runs_out_at: Time | null
  cause: 'asked' | 'use' | null
  request_no: string | null
}

export interface RequestParty {
  party: string
  name_zh: string
  name_en: string
  why: 'asked' | 'passed_on' | 'escalated'
  asked_at: Time
  answer: 'offered' | 'declined' | null
  reason: string | null
  answered_at: Time | null
}

export interface Offer {
  id: string
  party: string
  source: OfferSource
  source_id: string | null
  state: OfferState
  quantity: number
  committed: number
  deployed: number
  received: number
  returned: number
  used: number
  lost: number
  out: number
  text: string | null
  arrives_at: Time | null
  transport: string | null
  task_id: string | null
  offered_at: Time
  state_at: Time
  reason: string | null
  version: number
}

export interface ResourceRequest {
  id: string
  no: string
  incident_id: string | null
  incident_title: string | null
  task_id: string | null
  department: string
  area_code: string | null
  item: string
  quantity: number
  open_need: number
  priority: 'life' | 'urgent' | 'normal'
  text: string
  place: string | null
  needed_by: Time | null
  state: RequestState
  made_at: Time
  answer_due: Time | null
  ended: { by: By; at: Time; reason: string | null } | null
  outlook: Outlook | null
  parties: RequestParty[]
  offers: Offer[]
  version: number
  updated_at: Time
}

export interface Shelter {
  id: string
  facility_code: string | null
  name_zh: string
  name_en: string
  kind: string
  indoor: boolean | null
  area_code: string
  department: string
  point: Point
  capacity: number
  services: Record<string, unknown>
  state: 'standby' | 'open' | 'unusable'
  state_at: Time | null
  incident_id: string | null
  /** Null: nobody has reported how many are in it. */
  occupied: number | null
  free: number | null
  needs: Record<string, number> | null
  reported_at: Time | null
  reported_by: By | null
  over_reason: string | null
  promised: number
  /** Places kept for people of adopted evacuations who have not been counted in yet. */
  reserved: number
  illustrative: boolean
  version: number
}

export interface Allotment {
  id: string
  depot: string
  item: string
  incident_id: string | null
  task_id: string | null
  purpose: string
  committed: number
  out: number
  returned: number
  used: number
  discarded: number
  opened_at: Time
  by: By
  version: number
}
