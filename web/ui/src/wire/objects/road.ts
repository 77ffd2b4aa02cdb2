/** Roads that are closed to traffic. */
import type { Geometry } from 'geojson'
import type { By, Point, Time } from './base'

/** all: nobody passes. public: rescue and emergency traffic may. */
export type Bars = 'all' | 'public'

export interface Closure {
  id: string
  kind: 'point' | 'roads' | 'area'
  bars: Bars
  reason: string
  names_zh: string[]
  names_en: string[]
  roads: number
  length_m: number
  geometry: Geometry
  point: Point
  counties: string[]
  until: Time | null
  closed: { at: Time; by: By }
  version: number
}
