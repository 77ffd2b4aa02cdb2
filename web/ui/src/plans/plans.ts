/** Asking for plans (`/api/plan-list`, `/api/plans/…`), and what the screens make of the answers. */
import { currentLocale } from '@/i18n/locale'
import { get, post, request } from '@/wire/api'
import type { Level } from '@/wire/objects'
import type { CellFault, Difference, DryRun, Finding, GroupContent, LevelContent, PlanContent, PlanList, Resource, State, TaskContent, VersionWhole, Words } from './types'

export type * from './types'

export const LEVELS: readonly Level[] = ['I', 'II', 'III', 'IV']
/** A state is never told by colour alone. */
export const STATE_SIGN: Record<State, string> = { draft: '✎', reviewed: '◔', approved: '◑', filed: '◕', in_force: '●', superseded: '○', withdrawn: '⊘' }

export const readList = (): Promise<PlanList> => get<PlanList>('/api/plan-list')
export const readVersion = (id: string, version: number): Promise<VersionWhole> => get<VersionWhole>(`/api/plans/${encodeURIComponent(id)}/versions/${version}`)
export const readDifference = (id: string, version: number, before: number): Promise<{ differences: Difference[] }> =>
  get(`/api/plans/${encodeURIComponent(id)}/versions/${version}/difference?with=${before}`)
export const check = (content: unknown, signal?: AbortSignal): Promise<{ sound: boolean; findings: Finding[] }> => post('/api/plans/check', { content }, { signal })
export const tryDry = (asked: Record<string, unknown>): Promise<DryRun> => post<DryRun>('/api/plans/dry-run', asked)
export const readTable = (file: Blob): Promise<{ tasks: TaskContent[]; columns: string[]; faults: CellFault[] }> => request('POST', '/api/plan-tables/read', undefined, { body: file })
export const readPlanFile = (file: Blob): Promise<{ content: Record<string, unknown>; sound: boolean; findings: Finding[] }> =>
  request('POST', '/api/plan-files/read', undefined, { body: file })
export const exportAddress = (id: string, version: number, format: string): string => `/api/plans/${encodeURIComponent(id)}/versions/${version}/export?format=${format}`

/** Minutes as planners say them: T+0:45, T+26:00. */
export function clock(minutes: number, from: 'T' | 'P' = 'T'): string {
  const sign = minutes < 0 ? '-' : '+'
  const whole = Math.abs(Math.round(minutes))
  return `${from}${sign}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

const list = <T>(value: unknown): T[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) as T[] : [])
const words = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [])
const object = <T extends object>(value: unknown): T => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}) as T

/** A content in the shape that forms can show: a draft may be half done, or come from somewhere else. */
export function readable(content: Record<string, unknown>): PlanContent {
  const plain = JSON.parse(JSON.stringify(content)) as Record<string, unknown>
  const made = {
    ...plain,
    classes: words(plain.classes),
    legal_basis: list(plain.legal_basis),
    levels: object(plain.levels),
    sign_minutes: object(plain.sign_minutes),
    triggers: list(plain.triggers),
    groups: list<GroupContent>(plain.groups).map((group) => ({ ...group, members: words(group.members) })),
    watch: list(plain.watch),
    tasks: list<TaskContent>(plain.tasks).map((task) => ({
      ...task,
      support: words(task.support),
      evidence: words(task.evidence),
      after: words(task.after),
      checklist: list<Words>(task.checklist),
      resources: list<Resource>(task.resources),
    })),
  } as unknown as PlanContent
  for (const level of LEVELS) {
    const rule = made.levels[level]
    if (rule !== undefined) made.levels[level] = { ...object<LevelContent>(rule), notify: words(object<LevelContent>(rule).notify), deputies: words(object<LevelContent>(rule).deputies) }
  }
  return made
}

const OPTIONAL = new Set(['issuer_en', 'doc_no', 'valid_from', 'review_due', 'precondition_zh', 'precondition_en', 'metric', 'colour', 'grade', 'level', 'task', 'holder',
  'at_least', 'at_most', 'overdue_tasks', 'unsigned_minutes', 'quiet_hours', 'report_minutes', 'press_minutes', 'termination', 'sign_minutes'])

/** What is sent: what was left empty and may be absent is absent. `level` of a task or trigger is always there, and never empty. */
export function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (OPTIONAL.has(name) && (inner === null || inner === undefined || inner === '') ? [] : [[name, tidy(inner)] as const])),
  )
}

/** The findings about a field or anything in it. */
export function about(findings: readonly Finding[], field: string): Finding[] {
  return findings.filter((one) => one.field === field || one.field.startsWith(`${field}.`))
}

/** The worst that is said of a field, for the mark beside it. */
export function worst(findings: readonly Finding[], field: string): Finding | null {
  const found = about(findings, field)
  return found.find((one) => one.weight === 'error') ?? found[0] ?? null
}

/** Rows in another order: the row at `from` stands at `to`. */
export function moved<T>(rows: readonly T[], from: number, to: number): T[] {
  const next = [...rows]
  const [row] = next.splice(from, 1)
  if (row !== undefined) next.splice(Math.max(0, Math.min(next.length, to)), 0, row)
  return next
}

/** The next code after those that are there: EQ-14 → EQ-15. */
export function nextCode(tasks: readonly TaskContent[]): string {
  const last = tasks[tasks.length - 1]?.code ?? 'T-00'
  const found = /^(.*?)(\d+)$/.exec(last)
  const taken = new Set(tasks.map((task) => task.code))
  let number = Number(found?.[2] ?? 0)
  const width = found?.[2]?.length ?? 2
  for (;;) {
    number++
    const code = `${found?.[1] ?? 'T-'}${String(number).padStart(width, '0')}`
    if (!taken.has(code)) return code
  }
}

/** What a table may leave out. Of a task that was there already, what the table has no column for stays. */
const MAY_LACK = ['support', 'start_minutes', 'after', 'joint', 'priority', 'precondition_zh', 'precondition_en', 'checklist', 'resources', 'sign_minutes', 'shared'] as const

/** The tasks with those of a table: the same code takes the place of the one before, in its place; others follow. */
export function merged(tasks: readonly TaskContent[], read: readonly TaskContent[], columns: readonly string[], how: 'replace' | 'add'): TaskContent[] {
  const before = new Map(tasks.map((one) => [one.code, one]))
  const made = read.map((one) => {
    const old = before.get(one.code)
    const kept = old ? Object.fromEntries(MAY_LACK.filter((name) => !columns.includes(name) && old[name] !== undefined).map((name) => [name, old[name]])) : {}
    const whole = { ...one, ...kept }
    return { ...whole, after: whole.after ?? [], checklist: whole.checklist ?? [], resources: whole.resources ?? [] }
  })
  if (how === 'replace') return made
  const fresh = new Map(made.map((one) => [one.code, one]))
  const inPlace = tasks.map((one) => fresh.get(one.code) ?? one)
  return [...inPlace, ...made.filter((one) => !before.has(one.code))]
}

/** A plan's issuer in the language of the screen; the Chinese where no English was given. */
export function issuerOf(plan: { issuer: string | null; issuer_en?: string | null }): string {
  return (currentLocale() === 'zh' ? plan.issuer : plan.issuer_en || plan.issuer) ?? ''
}

export function newTask(tasks: readonly TaskContent[]): TaskContent {
  const before = tasks[tasks.length - 1]
  return {
    code: nextCode(tasks), level: before?.level ?? 'IV', zh: '', en: '', text_zh: '', text_en: '', owner: before?.owner ?? 'EMB', support: [], due_minutes: 60,
    deliverable: '', evidence: ['text'], clause: '', source: before?.source ?? '', basis: 'illustrative', after: [], checklist: [], resources: [],
  }
}

/** Where the ticks of a timeline stand, at most twelve of them, and its end. */
export function ticks(ends: number): { step: number; at: number[]; most: number } {
  const step = [5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880].find((one) => ends / one <= 12) ?? 10080
  const most = Math.max(step, Math.ceil(ends / step) * step)
  return { step, at: Array.from({ length: most / step + 1 }, (_, number) => number * step), most }
}
