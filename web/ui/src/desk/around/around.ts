/** What is asked about a place on the desk: nearest, reach, closures, who lives inside; and what of the answers is on the map. */
import { computed, ref, shallowRef } from 'vue'
import type { Feature, FeatureCollection, Geometry, MultiPolygon, Polygon } from 'geojson'
import { asProblem } from '@/wire/api'
import type { Problem } from '@/wire/api'

export const TABS = ['nearest', 'reach', 'exposure', 'closures', 'fences'] as const
export type AroundTab = (typeof TABS)[number]

export interface Spot {
  lon: number
  lat: number
}

export interface Leg {
  state: 'road' | 'straight'
  reason: string | null
  seconds: number | null
  seconds_range: [number, number] | null
  distance_m: number | null
  straight_m: number
  bearing_deg: number
  off_from_m: number | null
  off_to_m: number | null
  zh: string
  en: string
}

export interface Words {
  zh: string
  en: string
}

export interface Basis {
  loaded: boolean
  source: string | null
  source_en: string | null
  date: string | null
  illustrative: boolean | null
  closures: { standing: number; in_force: number; newest_at: string | null; unmatched: string[] }
  /** Who found it; the sentence is null where no other engine is set up. */
  engine?: { used: string; wanted: string; reason: string | null; zh: string | null; en: string | null }
  limits: Words[]
}

export interface NearRow {
  id: string
  kind: string
  name_zh: string
  name_en: string
  point: Spot
  call_sign?: string
  department?: string
  crew?: number | null
  phone?: string | null
  seen_at?: string | null
  properties?: Record<string, unknown>
  leg: Leg
}

export interface NearAnswer {
  by_road: NearRow[]
  road_unknown: NearRow[]
  considered: number
  without_position: number
  basis: Basis
}

export interface Step {
  turn: string
  distance_m: number
  zh: string
  en: string
}

export interface RouteAnswer {
  route: Leg & {
    geometry: Geometry | null
    steps: Step[]
    seconds_without_closures: number | null
    avoided: { id: string; reason: string }[]
  }
  basis: Basis
}

export interface ReachAnswer extends FeatureCollection<Polygon | MultiPolygon, { minutes: number; area_km2: number; road_km: number }> {
  reason: string | null
  zh: string | null
  en: string | null
  off_road_m: number | null
  basis: Basis
}

export interface RoadHere {
  edge_id: number
  name_zh: string
  name_en: string
  class: string
  length_m: number
  off_road_m: number
  point: Spot
  geometry: Geometry
  closures: string[]
}

export interface Ranged {
  value: number
  low: number
  high: number
}

export interface Counts {
  count: number
  students?: number
  beds?: number
  capacity?: number
  size_unknown?: number
}

/** Null: not known. */
export interface Inside {
  people_day: Ranged | null
  people_night: Ranged | null
  buildings: Ranged | null
  schools: Counts | null
  hospitals: Counts | null
  shelters: Counts | null
  hazardous_sites: Counts | null
  reservoirs: Counts | null
  road_km: number | null
}

export interface ExposureAnswer {
  areas: (Inside & { id: string; area_km2: number; covered_share: number | null; townships: (Inside & { code: string | null; name_zh: string; name_en: string })[] })[]
  basis: { loaded: boolean; source: string | null; source_en: string | null; date: string | null; synthetic: boolean | null; limits: Words[] }
}

/** The panel is open, and on which tab. */
export const open = ref(false)
export const tab = ref<AroundTab>('nearest')
/** A place that was pressed on the map; without one the selected incident's own is meant. */
export const chosen = shallowRef<Spot | null>(null)
/** The closure that was pressed on the map. */
export const pressed = ref<string | null>(null)

const parts = shallowRef<Record<string, Feature[]>>({})

/** Put a part of the answers on the map, in place of what that part showed. */
export function draw(part: string, features: Feature[]): void {
  parts.value = { ...parts.value, [part]: features }
}

/** What another panel of the desk lays on the map by the same means; it stays whether this one is open or not. */
const laid = shallowRef<Record<string, Feature[]>>({})
export function lay(part: string, features: Feature[]): void {
  laid.value = { ...laid.value, [part]: features }
}

export function feature(geometry: Geometry, properties: Record<string, unknown>): Feature {
  return { type: 'Feature', geometry, properties }
}

export const overlay = computed<FeatureCollection>(() => ({ type: 'FeatureCollection', features: [...Object.values(laid.value), ...(open.value ? Object.values(parts.value) : [])].flat() }))

export function query(params: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(params).filter((pair): pair is [string, string | number] => pair[1] !== null && pair[1] !== undefined)
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
}

export interface Question<T> {
  answer: Readonly<{ value: T | null }>
  asking: Readonly<{ value: boolean }>
  problem: Readonly<{ value: Problem | null }>
  ask: (work: () => Promise<T>) => Promise<void>
  forget: () => void
}

/** One question at a time: a later one's answer is never replaced by an earlier one's that came late. */
export function useQuestion<T>(): Question<T> {
  const answer = shallowRef<T | null>(null)
  const asking = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let turn = 0

  async function ask(work: () => Promise<T>): Promise<void> {
    const mine = ++turn
    asking.value = true
    problem.value = null
    try {
      const told = await work()
      if (mine === turn) answer.value = told
    } catch (thrown) {
      if (mine === turn) {
        problem.value = asProblem(thrown)
        answer.value = null
      }
    } finally {
      if (mine === turn) asking.value = false
    }
  }

  return {
    answer,
    asking,
    problem,
    ask,
    forget: () => {
      turn += 1
      answer.value = null
      asking.value = false
      problem.value = null
    },
  }
}

/** A circle for drawing; what is counted is the server's own circle on the ellipsoid. */
export function circle(at: Spot, metres: number): Polygon {
  const perLat = metres / 111_132
  const perLon = metres / (111_320 * Math.cos((at.lat * Math.PI) / 180))
  const ring = Array.from({ length: 73 }, (_, index): [number, number] => {
    const angle = ((index % 72) / 72) * 2 * Math.PI
    return [at.lon + perLon * Math.sin(angle), at.lat + perLat * Math.cos(angle)]
  })
  return { type: 'Polygon', coordinates: [ring] }
}

/** Whole minutes, never fewer than it takes. */
export function minutes(seconds: number): number {
  return Math.max(1, Math.ceil(seconds / 60))
}

export function km(metres: number): string {
  if (metres < 95) return '<0.1'
  return metres < 99_500 ? (metres / 1000).toFixed(1) : String(Math.round(metres / 1000))
}

/** What of a way has no road: too short to say, or how far. */
export function offRoad(leg: Leg): number | null {
  const off = [leg.off_from_m, leg.off_to_m].filter((value): value is number => value !== null && value > 30)
  return off.length ? Math.round(off.reduce((sum, value) => sum + value, 0)) : null
}
