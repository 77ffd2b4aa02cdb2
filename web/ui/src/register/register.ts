/** What the risk register tells (docs/risk/register.md), and what the screen makes of it: order, filter, words. */
import type { Geometry } from 'geojson'
import { get } from '@/wire/api'

export type Level = 'red' | 'orange' | 'yellow' | 'blue'
export const LEVELS: readonly Level[] = ['red', 'orange', 'yellow', 'blue']
/** Colour is never alone: each level has its sign. */
export const LEVEL_SIGN: Record<Level, string> = { red: '▲', orange: '◆', yellow: '●', blue: '▽' }

export interface ScoreHead {
  no: number
  site_version: number
  low: number
  high: number
  level: Level
  confidence: string
  at: string
  behind?: boolean
}
export interface SiteRow {
  id: string
  kind: string
  kind_zh: string
  kind_en: string
  group: 'hazard' | 'vulnerable' | null
  symbol: 'square' | 'triangle' | 'circle'
  name: string
  name_en: string | null
  lon: number
  lat: number
  area_code: string | null
  owner: string | null
  department: string | null
  surveyed_on: string | null
  survey_years: number | null
  survey_old: boolean
  mark: string
  retired: boolean
  version: number
  score: ScoreHead | null
  scenarios: number
}
export interface Register {
  sites: SiteRow[]
  townships: Record<string, { zh: string; en: string }>
  changes: number
  at: string
}
export interface Provenance {
  zh: string
  en: string
  verified: boolean
  illustrative: boolean
}
export interface Reading {
  low: number | null
  value: number | null
  high: number | null
  choice: string | null
  choice_zh: string | null
  choice_en: string | null
  source_zh: string
  source_en: string
  date: string | null
  illustrative: boolean
}
export interface ScoreLine {
  indicator: string
  component: string
  zh: string
  en: string
  unit_zh: string
  unit_en: string
  reading: Reading | null
  normal: [number, number]
  weight: number
  points: [number, number]
  most_points: number
  age_years: number | null
  old: boolean
  beyond: boolean
  source: Provenance
}
export interface Score {
  low: number
  high: number
  level: Level
  level_low: Level
  level_high: Level
  confidence: string
  confidence_share: number
  unknown: string[]
  components: { key: string; zh: string; en: string; weight: number; points: [number, number] }[]
  lines: ScoreLine[]
  weights_source: Provenance
}
export interface ScenarioHead {
  key: string
  scenario: string
  no: number
  zh: string
  en: string
  class_key: string
  cases: Record<string, string>
  hour: number | null
  inputs: Record<string, unknown>
  model: string
  model_version: string | null
  exposure_date: string | null
  state: 'computed' | 'refused'
  refusal: { zh: string; en: string } | null
  at: string
  summary: {
    summary_zh: string
    summary_en: string
    confidence: string
    zone: { zh: string; en: string; people: { p10: number; p50: number; p90: number } | null } | null
  } | null
  stale: boolean
  because: { zh: string; en: string }[]
}
export interface MajorHazard {
  known: boolean
  source: Provenance
  declared: string | null
  r?: [number, number]
  alpha?: [number, number]
  grade?: [number | null, number | null]
  terms?: { key: string; zh: string; en: string; mass_t: number; q_t: number; beta: number; term: number }[]
}
export interface SiteVersion {
  version: number
  action: string
  reason: string
  by: { name: string }
  at: string
}
export interface SiteFacts {
  id: string
  kind: string
  kind_zh: string
  kind_en: string
  group: string | null
  name: string
  name_en: string | null
  point: { lon: number; lat: number; origin: string }
  area_code: string | null
  owner: string | null
  department: string | null
  surveyed_on: string | null
  survey_years: number | null
  survey_old: boolean
  properties: Record<string, unknown>
  source: string
  source_en: string | null
  mark: string
  retired: boolean
  reason: string
  recompute_at: string | null
  version: number
}
export interface SiteWhole {
  site: SiteFacts
  score: Score | null
  score_at: string | null
  score_behind: boolean
  scores: ScoreHead[]
  major_hazard: MajorHazard | null
  scenarios: ScenarioHead[]
  versions: SiteVersion[]
}
export interface NearSite extends SiteRow {
  away_m: number | null
  named: boolean
  scenarios_of: ScenarioHead[]
}
export interface Footprint {
  key: string
  zh: string
  en: string
  level: number
  kind: string
  geometry: Geometry
  inner: Geometry | null
  outer: Geometry | null
}
export interface PropertyRule {
  zh: string
  en: string
  type: 'number' | 'choice' | 'text' | 'substances'
  unit_zh: string
  unit_en: string
  low: number | null
  high: number | null
  choices: Record<string, { zh: string; en: string }> | null
}
export interface KindRule {
  key: string
  zh: string
  en: string
  group: string
  properties: string[]
}
export interface Rules {
  kinds: KindRule[]
  properties: Record<string, PropertyRule>
  major_hazard: { substances: { key: string; zh: string; en: string }[] }
}

export const readRegister = () => get<Register>('/api/register')
export const readSite = (id: string) => get<SiteWhole>(`/api/register/${id}`)
export const readRules = () => get<Rules>('/api/register/rules')
export async function readFootprints(id: string, key: string): Promise<Footprint[]> {
  const told = await get<{ answer: { footprints: Footprint[] } }>(`/api/register/${id}/scenarios/${encodeURIComponent(key)}`)
  return told.answer.footprints
}

export type Order = 'score' | 'name' | 'kind' | 'township' | 'survey'
export interface Wish {
  text: string
  kind: string
  area: string
  level: string
  order: Order
  down: boolean
}

/** Sites that fit, in the wished order; what has no score stands first among scores, for it is not known to be low. */
export function chosenSites(sites: readonly SiteRow[], wish: Wish): SiteRow[] {
  const words = wish.text.trim().toLowerCase()
  const fits = (one: SiteRow): boolean =>
    (!wish.kind || one.kind === wish.kind) &&
    (!wish.area || (one.area_code ?? '').startsWith(wish.area)) &&
    (!wish.level || (wish.level === 'none' ? one.score === null : one.score?.level === wish.level)) &&
    (!words || `${one.name} ${one.name_en ?? ''} ${one.owner ?? ''}`.toLowerCase().includes(words))
  const by: Record<Order, (a: SiteRow, b: SiteRow) => number> = {
    score: (a, b) => (b.score?.high ?? 101) - (a.score?.high ?? 101),
    name: (a, b) => a.name.localeCompare(b.name, 'zh'),
    kind: (a, b) => a.kind.localeCompare(b.kind),
    township: (a, b) => (a.area_code ?? '').localeCompare(b.area_code ?? ''),
    survey: (a, b) => (b.survey_years ?? Infinity) - (a.survey_years ?? Infinity) || 0,
  }
  const sign = wish.down ? 1 : -1
  return sites.filter(fits).sort((a, b) => sign * by[wish.order](a, b) || a.name.localeCompare(b.name, 'zh') || a.id.localeCompare(b.id))
}

/** "42–61", or "42" where best and worst case agree. */
export function range(low: number, high: number): string {
  const a = low.toFixed(0)
  const b = high.toFixed(0)
  return a === b ? a : `${a}–${b}`
}

/** A number as people write it: no more places than it has. */
export function plain(value: number): string {
  const places = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return Number(value.toFixed(places)).toLocaleString('en-US', { maximumFractionDigits: places })
}

export function counties(townships: Register['townships']): [string, { zh: string; en: string }][] {
  return Object.entries(townships).filter(([code]) => code.length === 6)
}
