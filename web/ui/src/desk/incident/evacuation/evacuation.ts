/** What the evacuation panel asks and is told. Null is not known, never nobody. */
import type { Feature, Geometry } from 'geojson'
import { formatMinutes } from '@/time/format'
import { feature } from '../../around/around'
import type { Basis, Words } from '../../around/around'

export interface Span {
  low: number
  value: number
  high: number
}

export interface ZoneOffer {
  source: string
  name: string
  name_en: string
}

/** A zone as it is asked. `people`: typed by the officer, null: as counted. */
export interface Zone extends ZoneOffer {
  id: string
  people: number | null
  taken: boolean
}

export interface Origin {
  id: string
  zone_id: string
  code: string | null
  name_zh: string
  name_en: string
  point: { lon: number; lat: number }
  people: Span | null
  without_place: number | null
  desk: string | null
}

export interface Shelter {
  id: string
  name_zh: string
  name_en: string
  point: { lon: number; lat: number }
  capacity: number
  occupied: number | null
  open: boolean
  free: number
  assigned: number
  left: number
  full: boolean
}

export interface Flow {
  origin_id: string
  zone_id: string
  desk: string | null
  from_zh: string
  from_en: string
  shelter_id: string
  shelter_zh: string
  shelter_en: string
  people: number
  mode: 'walk' | 'vehicle'
  minutes: number | null
  distance_m: number
  in_hazard_minutes: number
  roads_zh: string[]
  roads_en: string[]
  clearance: Span | null
  line: [number, number][] | null
  why_zh: string
  why_en: string
}

export interface Answer {
  at: string
  when: 'day' | 'night'
  zones: { id: string; name_zh: string; name_en: string; people_day: Span | null; people_night: Span | null; geometry: Geometry }[]
  origins: Origin[]
  shelters: Shelter[]
  flows: Flow[]
  overflow: Span
  overflow_words: Words[]
  unknown: Words[]
  clearance: Span | null
  bottleneck: { name_zh: string; name_en: string; people: number; vehicles_per_hour: [number, number]; minutes: Span } | null
  assumptions: Words[]
  inputs_hash: string
  basis: Basis
  exposure: { title_zh: string | null; title_en: string | null; synthetic: boolean | null; date: string | null }
}

export function zoneWire(zone: Zone): Record<string, unknown> {
  return { id: zone.id, name: zone.name, name_en: zone.name_en, source: zone.source, people: zone.people }
}

/** Zones, ways and shelters for the map. */
export function onMap(answer: Answer): Feature[] {
  const point = (id: string) => answer.origins.find((one) => one.id === id)?.point
  const ends = (id: string) => answer.shelters.find((one) => one.id === id)?.point
  return [
    ...answer.zones.map((one) => feature(one.geometry, { part: 'counted', id: one.id })),
    ...answer.flows.flatMap((one): Feature[] => {
      if (one.line) return [feature({ type: 'LineString', coordinates: one.line }, { part: 'route', id: one.shelter_id })]
      const from = point(one.origin_id)
      const to = ends(one.shelter_id)
      return from && to ? [feature({ type: 'LineString', coordinates: [[from.lon, from.lat], [to.lon, to.lat]] }, { part: 'straight', id: one.shelter_id })] : []
    }),
    ...answer.shelters.filter((one) => one.assigned > 0).map((one) => feature({ type: 'Point', coordinates: [one.point.lon, one.point.lat] }, { part: 'here', id: one.id })),
  ]
}

/** What a command takes of the flows that are ordered; one without a desk (outside every county) cannot be ordered. */
export function orderable(answer: Answer): Record<string, unknown>[] {
  return answer.flows.filter((one) => one.desk !== null).map((one) => ({
    origin_id: one.origin_id, from_zh: one.from_zh, from_en: one.from_en, desk: one.desk, shelter_id: one.shelter_id, people: one.people, mode: one.mode,
    minutes: one.minutes, clear_minutes: one.clearance?.high ?? null, roads_zh: one.roads_zh, roads_en: one.roads_en,
  }))
}

export function withoutDrawing(answer: Answer): Record<string, unknown> {
  const without = (row: object, name: string) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== name))
  return { ...answer, zones: answer.zones.map((one) => without(one, 'geometry')), flows: answer.flows.map((one) => without(one, 'line')) }
}

/** How long it takes, for reading: from five hours on in whole hours, for nobody plans a day by the minute. */
export function lasting(minutes: number): string {
  return formatMinutes(minutes < 300 ? Math.round(minutes) : Math.round(minutes / 60) * 60)
}
