/** What the platform says of plans: lists, versions, contents, dry runs. */
import type { By, Level, Time } from '@/wire/objects'

export type State = 'draft' | 'reviewed' | 'approved' | 'filed' | 'in_force' | 'superseded' | 'withdrawn'
export interface Words {
  zh: string
  en: string
}
export interface Finding {
  weight: 'error' | 'warning'
  code: string
  /** Path into the content: `tasks.3.owner`. */
  field: string
  zh: string
  en: string
}
export interface HistoryLine {
  action: string
  by: By
  at: Time
  reason: string | null
  filed_with?: string
  filing_no?: string | null
  by_version?: number
  based_on?: number | null
  edition?: number
}
export interface VersionLine {
  version: number
  state: State
  origin: 'shipped' | 'city'
  edition: number | null
  based_on: number | null
  author: By
  created_at: Time
  changed_at: Time
  changes: number
  history: HistoryLine[]
}
export interface PlanRow {
  id: string
  zh: string
  en: string
  kind: string
  issuer: string | null
  issuer_en: string | null
  doc_no: string | null
  illustrative: boolean
  classes: string[]
  classes_named: Words[]
  review_due: string | null
  review_past: boolean
  tasks: number | null
  version: number
  state: State
  errors: number
  warnings: number
  versions: VersionLine[]
}
export interface ActionRule extends Words {
  moves: Record<string, State>
  reason: boolean
  other: boolean
}
export interface PlanList {
  plans: PlanRow[]
  today: string
  states: Record<State, Words>
  actions: Record<string, ActionRule>
}

export type Basis = 'statute' | 'illustrative'
export interface Cited {
  clause: string
  source: string
  basis?: Basis
}
export interface Resource {
  kind: string
  quantity: number
  holder?: string | null
}
export interface TaskContent extends Cited {
  code: string
  level: Level
  zh: string
  en: string
  text_zh: string
  text_en: string
  owner: string
  support: string[]
  due_minutes: number
  deliverable: string
  evidence: string[]
  start_minutes?: number
  after?: string[]
  joint?: boolean
  priority?: 'life' | 'urgent' | 'normal'
  precondition_zh?: string | null
  precondition_en?: string | null
  checklist?: Words[]
  resources?: Resource[]
  shared?: string | null
  sign_minutes?: Record<string, number> | null
}
export interface LevelContent extends Cited, Words {
  proposed_by: string
  approved_by: string
  decide_minutes: number
  notify: string[]
  deputies?: string[]
  report_minutes?: number | null
  press_minutes?: number | null
}
export interface TriggerContent extends Cited, Words {
  level: Level
  grade?: Level | null
  metric?: string | null
  at_least?: number | null
  colour?: string | null
}
export interface WatchContent extends Cited, Words {
  id: string
  proposes: string
  if_ignored_zh: string
  if_ignored_en: string
  metric?: string | null
  at_least?: number | null
  at_most?: number | null
  assessed?: boolean
  colour?: string | null
  overdue_tasks?: number | null
  help_wanted?: boolean
  unsigned_minutes?: number | null
  quiet_hours?: number | null
  level?: Level | null
  task?: string | null
  automatic?: boolean
}
export interface GroupContent extends Words {
  id: string
  lead: string
  members: string[]
  duty_zh: string
  duty_en: string
}
export interface TerminationContent extends Cited {
  condition_zh: string
  condition_en: string
  approved_by: string
}
export interface PlanContent extends Words {
  id: string
  version: number
  issuer: string
  issuer_en?: string | null
  illustrative: boolean
  decision: string
  kind?: string
  doc_no?: string | null
  valid_from?: string | null
  review_due?: string | null
  classes: string[]
  legal_basis: (Words & Cited)[]
  levels: Partial<Record<Level, LevelContent>>
  sign_minutes: Partial<Record<Level, number>>
  triggers: TriggerContent[]
  tasks: TaskContent[]
  groups: GroupContent[]
  watch: WatchContent[]
  termination?: TerminationContent | null
}
export interface VersionWhole extends VersionLine {
  plan_id: string
  content: Record<string, unknown>
  plan: Record<string, unknown> | null
  findings: Finding[]
  versions: VersionLine[]
  wrote: boolean
}
export interface Difference {
  part: string
  key: string
  zh: string
  en: string
  change: 'added' | 'removed' | 'changed' | 'moved'
  name: string | null
  before: unknown
  after: unknown
}
export interface RunTask extends Cited, Words {
  code: string
  level: Level
  priority: string
  joint: boolean
  department: string
  name_zh: string
  name_en: string
  support: string[]
  start: number
  sign_by: number
  due: number
  waits_for: string[]
  bound_by: string | null
  leeway: number
  critical: boolean
  stood_in: string | null
}
export interface RunLoad {
  department: string
  name_zh: string
  name_en: string
  orders: number
  parts: number
  support: number
  first_hour: number
  at_once: number
  accounts: number
  notified: boolean
}
export interface DryRun {
  plan: Words & { id: string; version: number }
  level: Level
  applies: boolean
  asked: (Words & { post: string; from_minutes: number; until_minutes: number; deputy: boolean })[]
  tasks: RunTask[]
  departments: RunLoad[]
  unheard: { department: string; name_zh: string; name_en: string }[]
  resources: (Words & { kind: string; quantity: number; there: number | null; in_area: number | null; short: number | null; measure_zh: string | null; measure_en: string | null; tasks: string[] })[]
  critical: string[]
  ends: number
  reports: number[]
  press_minutes: number | null
  timeline: (Words & { at: number; from: 'P' | 'T'; kind: string; who: string; task: string | null })[]
  findings: Finding[]
}
export interface CellFault extends Words {
  row: number
  column: string
}
