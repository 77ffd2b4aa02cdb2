/** What stands on a briefing page, worked out from the record's picture. Pure: picture and time in, page out. */
import { toMs } from '@/time/clock'
import { lightOf, type LightTone } from '@/shell/light'
import type { Figure, Grade, Incident, Note, Picture, Proposal, Response, Task, TaskState, Unit } from '@/wire/objects'

/** Figures that every briefing shows, known or not: what is not known is said, not left out. */
export const ALWAYS_ASKED = ['dead', 'missing', 'trapped', 'injured', 'evacuated'] as const

/** People's figures that are given in two ways: with the parts known, the whole need not be asked. */
const PARTS: Readonly<Record<string, readonly string[]>> = { injured: ['serious_injured', 'light_injured'] }

export interface FigureRow {
  readonly metric: string
  readonly figure: Figure | null
}

export function figureRows(picture: Picture): FigureRow[] {
  const known = Object.values(picture.figures ?? {})
  const held = new Map(known.filter((figure) => figure.value !== null).map((figure) => [figure.metric, figure]))
  const asked = ALWAYS_ASKED.filter((metric) => held.has(metric) || !(PARTS[metric] ?? []).some((part) => held.has(part)))
  const others = [...held.keys()].filter((metric) => !(asked as readonly string[]).includes(metric)).sort()
  return [...asked, ...others].map((metric) => ({ metric, figure: held.get(metric) ?? null }))
}

export interface TaskLine {
  readonly task: Task
  /** The clock that runs; null when none does. */
  readonly due: { readonly what: 'sign' | 'finish'; readonly at: string } | null
  readonly tone: LightTone
}

const ORDER: readonly TaskState[] = ['returned', 'issued', 'signed', 'in_progress', 'submitted', 'closed', 'cancelled']

export function taskLine(task: Task, now: number): TaskLine {
  const due = clockOf(task)
  if (due === null) return { task, due, tone: task.state === 'closed' ? 'done' : 'pending' }
  return { task, due, tone: lightOf(toMs(task.issued_at), toMs(due.at), now) }
}

function clockOf(task: Task): TaskLine['due'] {
  if (task.state === 'issued' && task.sign_due !== null) return { what: 'sign', at: task.sign_due }
  const working = task.state === 'issued' || task.state === 'signed' || task.state === 'in_progress'
  return working && task.due !== null ? { what: 'finish', at: task.due } : null
}

export interface TaskGroup {
  readonly state: TaskState
  readonly lines: readonly TaskLine[]
}

export function taskGroups(picture: Picture, now: number): TaskGroup[] {
  const lines = Object.values(picture.tasks ?? {}).map((task) => taskLine(task, now))
  return ORDER.map((state) => ({
    state,
    lines: lines
      .filter((line) => line.task.state === state)
      .sort((a, b) => (a.due?.at ?? a.task.updated_at).localeCompare(b.due?.at ?? b.task.updated_at)),
  })).filter((group) => group.lines.length > 0)
}

export function overdueCount(groups: readonly TaskGroup[]): number {
  return groups.reduce((sum, group) => sum + group.lines.filter((line) => line.tone === 'overdue').length, 0)
}

function isOver(task: Task): boolean {
  return task.state === 'closed' || task.state === 'cancelled'
}

export interface Force {
  readonly unitId: string
  readonly task: Task
  readonly arrivedAt: string | null
}

/** Units with an order here, those on the scene first. */
export function forcesOf(picture: Picture): Force[] {
  return Object.values(picture.tasks ?? {})
    .flatMap((task) => (task.unit_id === null || isOver(task) ? [] : [{ unitId: task.unit_id, task, arrivedAt: task.arrived_at }]))
    .sort((a, b) => (a.arrivedAt ?? '9999').localeCompare(b.arrivedAt ?? '9999') || a.task.no.localeCompare(b.task.no))
}

export interface HelpLine {
  readonly task: Task
  readonly help: NonNullable<Task['need_help']>
}

/** `units`: what the board says of them; a unit may have called for help without naming its order. */
export function helpLines(picture: Picture, units: Readonly<Record<string, Unit>> = {}): HelpLine[] {
  return Object.values(picture.tasks ?? {})
    .flatMap((task) => {
      if (isOver(task)) return []
      const help = task.need_help ?? (task.unit_id === null ? null : units[task.unit_id]?.need_help)
      return help == null ? [] : [{ task, help }]
    })
    .sort((a, b) => b.help.at.localeCompare(a.help.at))
}

/** Calls for help by units without an order stand only in the notes. */
export function helpNotes(picture: Picture): Note[] {
  return Object.values(picture.notes ?? {})
    .filter((note) => note.kind === 'help' && note.task_id === null)
    .sort((a, b) => b.occurred_at.localeCompare(a.occurred_at))
}

export type Decision =
  | { readonly is: 'response'; readonly response: Response }
  | { readonly is: 'proposal'; readonly proposal: Proposal; readonly response: Response | null }
  | { readonly is: 'grade'; readonly suggested: Grade; readonly decided: Grade | null }
  | { readonly is: 'returned'; readonly task: Task }
  | { readonly is: 'review'; readonly count: number }

/** What waits for somebody's word, the clock that runs out first on top. */
export function decisionsWanted(picture: Picture, incident: Incident): Decision[] {
  const proposed = Object.values(picture.responses ?? {})
    .filter((response) => response.state === 'proposed')
    .sort((a, b) => (a.decide_by ?? '9999').localeCompare(b.decide_by ?? '9999'))
  const tasks = Object.values(picture.tasks ?? {})
  const { suggested, decided } = incident.grade
  const review = tasks.filter((task) => task.state === 'submitted').length
  const wanted: Decision[] = proposed.map((response) => ({ is: 'response', response }))
  const open = Object.values(picture.proposals ?? {}).filter((one) => one.state === 'open').sort((a, b) => a.decide_by.localeCompare(b.decide_by))
  wanted.push(...open.map((proposal): Decision => ({ is: 'proposal', proposal, response: proposal.response_id ? (picture.responses?.[proposal.response_id] ?? null) : null })))
  if (suggested !== null && suggested.grade !== decided?.grade && !settledSince(suggested.at, decided?.at)) {
    wanted.push({ is: 'grade', suggested: suggested.grade, decided: decided?.grade ?? null })
  }
  wanted.push(...tasks.filter((task) => task.state === 'returned').map((task): Decision => ({ is: 'returned', task })))
  if (review > 0) wanted.push({ is: 'review', count: review })
  return wanted
}

/** A person who decided after the suggestion was made has seen it, and has decided otherwise. */
function settledSince(suggestedAt: string, decidedAt: string | undefined): boolean {
  return decidedAt !== undefined && decidedAt >= suggestedAt
}

export function activeResponses(picture: Picture): Response[] {
  return Object.values(picture.responses ?? {}).filter((response) => response.state === 'active')
}
