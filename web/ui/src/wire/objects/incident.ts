/** Incidents and what is known of them. */
import type { Geometry } from 'geojson'
import type { By, Colour, Grade, Level, Point, Time } from './base'
import type { ResponseState } from './command'

export interface GradeReason {
  rule_set: string
  clause: string
  source: string
  metric: string
  value: number | string | null
  threshold: number | string | null
  grade: Grade
  zh: string
  en: string
}

export interface GradeState {
  suggested: { grade: Grade; reasons: GradeReason[]; at: Time } | null
  decided: { grade: Grade; reason: string; by: By; at: Time } | null
}

export interface IncidentHead {
  id: string
  no: string
  title: string
  class_key: string
  class_zh: string
  class_en: string
  category: 'nd' | 'ac' | 'ph' | 'ss'
  status: 'open' | 'closed'
  place: string
  point: Point | null
  area_code: string | null
  occurred_at: Time
  opened_at: Time
  grade: GradeState
  response: { level: Level | null; plan_zh: string; plan_en: string; state: ResponseState } | null
  tasks: { open: number; overdue: number; closed: number; total: number }
  sensitive: boolean
  /** The newest answer of a hazard model in a word; null or absent when there is none. */
  assessment?: { best_zh: string | null; best_en: string | null; grade: Grade | null; at: Time } | null
  version: number
  updated_at: Time
}

export interface Incident extends IncidentHead {
  description: string | null
  impact_area: Geometry | null
  incident_area: Geometry | null
  opened_by: By
  from: { alert_id?: string | null; call_id?: string | null } | null
  closed: { at: Time; by: By; reason: string } | null
}

export interface Figure {
  id: string
  metric: string
  value: number | null
  unit: string | null
  source: string
  observed_at: Time
  by: By
  at: Time
}

export interface Alert {
  id: string
  feed: string
  source: string
  headline: string
  text: string
  class_key: string | null
  colour: Colour | null
  severity: string | null
  urgency: string | null
  certainty: string | null
  sent_at: Time
  received_at: Time
  expires_at: Time | null
  point: Point | null
  geometry: Geometry | null
  magnitude: number | null
  depth_km: number | null
  distance_km: number | null
  inside_area: boolean | null
  state: 'new' | 'acknowledged' | 'attached' | 'dismissed' | 'cancelled'
  incident_id: string | null
  acknowledged: { by: By; at: Time } | null
  version: number
  external_id: string
  language: string | null
}

export interface Call {
  id: string
  no: string
  caller_name: string | null
  caller_phone: string | null
  source: string
  text: string
  place: string | null
  point: Point | null
  area_code: string | null
  class_key: string | null
  figures: Record<string, number>
  occurred_at: Time | null
  received_at: Time
  by: By
  missing: string[]
  state: 'open' | 'attached' | 'dismissed'
  incident_id: string | null
  version: number
}

export interface Report {
  id: string
  incident_id: string
  form: 'first' | 'follow_up' | 'final'
  channel: 'phone' | 'written'
  no: string | number
  to: string
  text: string
  signed_by: string
  sent_at: Time
  by: By
  late: boolean
}

export interface Link {
  id: string
  incident_id?: string
  other_id: string
  relation: 'secondary' | 'derivative' | 'related'
  [key: string]: unknown
}
