/** What people draw on the shared map. */
import type { Geometry } from 'geojson'
import type { By, Time } from './base'

export type DrawingShape = 'area' | 'line' | 'point' | 'text'
export type DrawingColour = 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'black'
export type DrawingDash = 'solid' | 'dashed' | 'dotted' | 'cordon'

export interface DrawingStyle {
  colour: DrawingColour
  width: number
  dash: DrawingDash
  /** Opacity of an area, 0–0.6. */
  fill: number
  arrows: 'none' | 'ends' | 'in' | 'out'
}

export interface Drawing {
  id: string
  incident_id: string | null
  area_code: string | null
  kind: string
  kind_zh: string
  kind_en: string
  shape: DrawingShape
  name: string | null
  symbol: string | null
  style: DrawingStyle
  geometry: Geometry
  /** Of a line, or around an area. */
  length_m: number | null
  area_m2: number | null
  department: string | null
  drawn_by: By
  drawn_at: Time
  changed_by: By
  changed_at: Time
  version: number
}
