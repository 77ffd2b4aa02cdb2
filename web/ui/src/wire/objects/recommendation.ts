import type { By, Time } from './base'

/** A recommendation that somebody chose; the whole is fetched (`/api/dispatch/recommendations/{id}`). */
export interface RecommendationHead {
  id: string
  incident_id: string
  kind: 'dispatch' | 'evacuation'
  course: string
  head: Record<string, unknown>
  changed: number
  reason: string
  inputs_hash: string
  orders: { task_id: string; no: string; unit_id?: string; call_sign?: string }[]
  by: By
  at: Time
}
