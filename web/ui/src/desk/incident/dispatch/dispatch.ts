/** What the dispatch panel asks, what it is told, and what the officer makes of it. */
import type { Feature } from 'geojson'
import { feature } from '../../around/around'
import type { Basis, Words } from '../../around/around'

export type Measure = 'units' | 'people'
export type Priority = 'life' | 'urgent' | 'normal'
export type CourseKey = 'fastest' | 'cover' | 'low_risk'

/** One need as it is asked and edited. `low`, `high`, `at_work` only on drafts. */
export interface Need {
  id: string
  incident_id: string
  title: string
  title_en: string
  capability: string
  amount: number
  measure: Measure
  priority: Priority
  by_minutes: number | null
  point: { lon: number; lat: number; origin?: string } | null
  task_id: string | null
  source: Record<string, unknown>
  low?: number | null
  high?: number | null
  at_work?: number
}

export interface Pick {
  need_id: string
  incident_id: string
  unit_id: string
  call_sign: string
  name_en: string
  department: string
  crew: number
  gives: number
  from: { lon: number; lat: number }
  seen_at: string | null
  state: 'road' | 'straight' | 'none'
  minutes: number | null
  minutes_range: [number, number] | null
  distance_m: number | null
  straight_m: number
  reason: string | null
  arrives_at: string | null
  hazard_minutes: number | null
  rest: { hours: number | null; level: string | null } & Words
  way_zh: string
  way_en: string
  why: Words[]
  line: [number, number][] | null
}

export interface NotChosen extends Words {
  unit_id: string
  call_sign: string
  name_en: string
  minutes: number | null
  straight_m: number
  /** It could be sent, if the officer so decides. */
  free: boolean
}

export interface CourseNeed {
  need_id: string
  met: number
  short: number
  first_min: number | null
  all_min: number | null
  shortfall: Words | null
  not_chosen: NotChosen[]
}

export interface Course extends Words {
  key: CourseKey
  same_as: CourseKey | null
  about_zh: string
  about_en: string
  picks: Pick[]
  needs: CourseNeed[]
  first_min: number | null
  t90_min: number | null
  met_share: number | null
  short: number
  cover: (Words & { area_code: string; capability: string; left: number; keep: number })[]
  hazard_minutes: number | null
  tired: number
  rest_unknown: number
  time_unknown: number
  solved: { by: string; value: number; bound: number; greedy: number; gap: number; optimal: boolean }
}

export interface Answer {
  at: string
  needs: (Omit<Need, 'title'> & { title_zh: string })[]
  courses: Course[]
  inputs_hash: string
  inputs: { units: number; free: number; at_home: number; oldest_position_at: string | null; newest_position_at: string | null; hazard_known: boolean }
  limits: Words[]
  basis: Basis
  /** Goes back with the choice: by it the platform knows its own answer. */
  seal: string
}

/** Who goes, after the officer's own changes. `own`: put there by him, not by the recommendation. */
export interface Sent {
  need_id: string
  unit_id: string
  minutes: number | null
  own: boolean
}

/** Only what the server takes of a need: a draft's figures are for the reader. */
export function wire(need: Need): Record<string, unknown> {
  return {
    id: need.id, incident_id: need.incident_id, title: need.title, title_en: need.title_en || need.title, capability: need.capability, amount: need.amount,
    measure: need.measure, priority: need.priority, by_minutes: need.by_minutes, task_id: need.task_id, source: need.source,
    ...(need.point ? { point: { lon: need.point.lon, lat: need.point.lat, origin: 'WGS84' } } : {}),
  }
}

/** The course's picks without those that were taken out, and those that were put in; of one incident only. */
export function sent(course: Course, incident: string, out: ReadonlySet<string>, put: ReadonlyMap<string, Sent>): Sent[] {
  const kept = course.picks.filter((one) => one.incident_id === incident && !out.has(one.unit_id) && !put.has(one.unit_id))
  return [...kept.map((one) => ({ need_id: one.need_id, unit_id: one.unit_id, minutes: one.minutes, own: false })), ...put.values()]
}

/** The answer as it is kept: without the drawn lines. */
export function withoutLines(answer: Answer): Record<string, unknown> {
  return {
    ...answer,
    courses: answer.courses.map((course) => ({ ...course, picks: course.picks.map((pick) => Object.fromEntries(Object.entries(pick).filter(([name]) => name !== 'line'))) })),
  }
}

/** The ways of those who go; a straight dashed line where no road is known. */
export function lines(course: Course, needs: readonly Need[], out: ReadonlySet<string>, fallback: { lon: number; lat: number } | null): Feature[] {
  return course.picks.filter((one) => !out.has(one.unit_id)).flatMap((one): Feature[] => {
    const to = needs.find((need) => need.id === one.need_id)?.point ?? fallback
    if (one.line && one.line.length > 1) return [feature({ type: 'LineString', coordinates: one.line }, { part: 'route', id: one.unit_id })]
    return to ? [feature({ type: 'LineString', coordinates: [[one.from.lon, one.from.lat], [to.lon, to.lat]] }, { part: 'straight', id: one.unit_id })] : []
  })
}

/** The best of a row of figures, null where none is known; of equals none is best. */
export function best(values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null)
  if (!known.length) return null
  const least = Math.min(...known)
  return known.every((value) => value === least) && known.length === values.length ? null : least
}
