/** What a hazard model answers for an incident (docs/decisions/0021). Words come in both languages from the server; numbers carry their range. */
import type { Geometry } from 'geojson'
import type { By, Grade, Time } from './base'

export interface Words {
  zh: string
  en: string
}

export interface Coded extends Words {
  code: string
}

/** Tenth, fiftieth and ninetieth percentile. */
export interface Percentiles {
  p10: number
  p50: number
  p90: number
}

export const BANDS = ['0', '1-9', '10-99', '100-999', '1000+'] as const
export type Band = (typeof BANDS)[number]

/** Percentiles to one significant figure; null, as the probabilities, where it cannot be known (no people's numbers are loaded). */
export interface Outcome extends Words {
  p10: number | null
  p50: number | null
  p90: number | null
  unit_zh: string
  unit_en: string
  bands: string[]
  band_probabilities: number[] | null
  best_zh: string
  best_en: string
  often_zh: string | null
  often_en: string | null
}

export interface GradeOdds {
  suggested: Grade | null
  probabilities: Record<Grade | 'none', number>
  reasons: (Words & { grade: Grade; metric: string; threshold: number | string; probability: number })[]
  triggers: (Words & { grade: Grade })[]
  /** A grade is suggested from this probability on. */
  floor: number
}

export interface AnswerInput extends Words {
  name: string
  unit_zh: string
  unit_en: string
  kind: 'number' | 'choice' | 'series' | 'shape'
  origin: 'given' | 'prior' | 'absent'
  value_zh: string
  value_en: string
  median?: number | null
  p10?: number | null
  p90?: number | null
  error: ErrorKind | null
  source_zh: string
  source_en: string
}

export interface Ask extends Words {
  name: string
  kind?: AnswerInput['kind']
  unit_zh: string
  unit_en: string
}

export interface AnswerZone extends Words {
  key: string
  level: number
  area_km2: number | null
  people: Percentiles | null
  people_day: number | null
  people_night: number | null
  buildings: number | null
  schools: number | null
  hospitals: number | null
  shelters: number | null
  hazardous_sites: number | null
  reservoirs: number | null
  road_km: number | null
}

export type FootprintKind = 'zone' | 'isolation' | 'protection' | 'arrival' | 'spread' | 'runout' | 'other'

export interface AnswerFootprint extends Words {
  key: string
  level: number
  kind: FootprintKind
  basis: 'model' | 'observed' | 'drawn'
  time_offset_s: number | null
  probability: number | null
  /** Absent in the picture: geometries are fetched. */
  geometry?: Geometry | null
  inner?: Geometry | null
  outer?: Geometry | null
}

export interface PriorityArea {
  /** Null for a place that is no township. */
  code: string | null
  county: string | null
  name_zh: string
  name_en: string
  rank: number
  people: number | null
  expected: number | null
  p90: number | null
  level_zh: string
  level_en: string
  reasons_zh: string[]
  reasons_en: string[]
  lon?: number | null
  lat?: number | null
}

export interface ListedRow {
  id: string
  kind: string
  name_zh: string
  name_en: string
  lon: number
  lat: number
  value_zh: string
  value_en: string
}

export interface AnswerList extends Words {
  key: string
  total: number
  rows: ListedRow[]
}

export interface Need {
  rule: string
  item_zh: string
  item_en: string
  unit_zh: string
  unit_en: string
  low: number
  high: number
  because_zh: string
  because_en: string
  source_zh: string
  source_en: string
  verified: boolean
  owner_zh: string | null
  owner_en: string | null
}

export type ErrorKind = 'source' | 'footprint' | 'exposure' | 'vulnerability'

export interface ChangeSide {
  value_zh: string
  value_en: string
  p50: number
}

export interface Answer {
  model: Words & { id: string; version: string }
  class_key: string
  at: Time
  seed: number
  draws: number
  inputs_hash: string
  inputs: AnswerInput[]
  asks: Ask[]
  zones: AnswerZone[]
  footprints: AnswerFootprint[]
  primary: string | null
  outcomes: Record<string, Outcome>
  casualties: 'estimated' | 'not_estimated'
  point?: { lon: number; lat: number }
  grade?: GradeOdds | null
  priority: PriorityArea[]
  lists: AnswerList[]
  needs: Need[]
  errors: { shares: Record<ErrorKind, number>; largest: ErrorKind | null; largest_zh: string; largest_en: string }
  changes: (Words & { name: string; low: ChangeSide; high: ChangeSide })[]
  summary_zh: string
  summary_en: string
  affected_zh: string
  affected_en: string
  confidence: { letter: 'A' | 'B' | 'C' | 'D'; reasons_zh: string[]; reasons_en: string[] }
  limits: (Coded & { outside?: boolean })[]
  assumptions: Coded[]
  notes: Coded[]
  exposure: {
    loaded: boolean
    source_zh: string | null
    source_en: string | null
    date: string | null
    synthetic: boolean | null
    limits_zh: string[]
    limits_en: string[]
  }
  sources: (Words & { equations: string; verified: boolean })[]
  weaknesses_zh?: string[]
  weaknesses_en?: string[]
}

/** One thing that is not as it was in the version before (or, for a what-if, as it is in the live answer). */
export interface Difference extends Words {
  kind: 'model' | 'input' | 'excluded' | 'outcome' | 'grade' | 'zone' | 'place'
  name: string
  before: Words & { value: unknown }
  after: Words & { value: unknown }
  because_zh: string | null
  because_en: string | null
}

export interface ModelName {
  id: string
  version: string
}

/** Why a model could not answer. `asks`: what it needs. */
export interface Refusal extends Words {
  code: string
  field?: string | null
  asks?: Ask[]
  id: string
  no: number
  model: ModelName
  at: Time
}

/** One version, without its answer. */
export interface AssessmentVersion {
  id: string
  incident_id: string
  no: number
  /** `live`, or the id of a what-if. */
  scenario: string
  state: 'answered' | 'refused'
  model: ModelName
  author: string
  class_key: string
  caused_by: Record<string, unknown>
  at: Time
  supersedes: string | null
  /** The model that was wanted and what it still asks for, when another stands in. */
  wanted: { model: ModelName & Words; refusal: Coded & { field: string | null }; asks: Ask[] } | null
  differences: Difference[]
  refusal: Refusal | null
  best_zh: string | null
  best_en: string | null
  grade: Grade | null
}

/** The newest answer of a scenario; beside it the refusal that came after it, if one did. `answer.cut` names lists that are not whole here. */
export interface Assessment extends AssessmentVersion {
  answer: (Answer & { cut?: string[] }) | null
}

/** What a person set in place of what the record says. */
export interface Adjustment {
  id: string
  kind: 'input' | 'facility' | 'model'
  name: string
  value: unknown
  what_if: string | null
  reason: string
  by: By
  at: Time
  version: number
}

/** Changes laid over the live inputs; nothing of it is live until somebody adopts it. */
export interface WhatIf {
  id: string
  title: string
  inputs: Record<string, unknown>
  excluded: string[]
  model: string | null
  reason: string
  by: By
  at: Time
  changed_by: By
  changed_at: Time
  version: number
}
