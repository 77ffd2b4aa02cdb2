/** What the wall says: the open incidents, worst first, and what is due next. Pure. */
import { lightOf, type LightTone } from '@/shell/light'
import { toMs } from '@/time/clock'
import type { Deadline, Grade, IncidentHead, Picture, Unit } from '@/wire/objects'

const WORST_FIRST: Readonly<Record<Grade, number>> = { I: 0, II: 1, III: 2, IV: 3 }
const UNGRADED = 4

export function gradeOf(incident: IncidentHead): Grade | null {
  return incident.grade.decided?.grade ?? incident.grade.suggested?.grade ?? null
}

/** Open incidents: worst grade first, the ungraded last, then the newest. */
export function openIncidents(picture: Picture): IncidentHead[] {
  return Object.values(picture.incidents ?? {})
    .filter((incident) => incident.status === 'open')
    .sort((a, b) => rank(a) - rank(b) || b.occurred_at.localeCompare(a.occurred_at))
}

function rank(incident: IncidentHead): number {
  const grade = gradeOf(incident)
  return grade === null ? UNGRADED : WORST_FIRST[grade]
}

export interface DueLine {
  readonly deadline: Deadline
  readonly tone: LightTone
}

/** Every running clock, the one that is longest overdue first. */
export function dueLines(picture: Picture, now: number): DueLine[] {
  return Object.values(picture.deadlines ?? {})
    .filter((one) => one.kind !== 'watch')
    .sort((a, b) => a.due_at.localeCompare(b.due_at) || a.id.localeCompare(b.id))
    .map((deadline) => ({ deadline, tone: lightOf(toMs(deadline.started_at), toMs(deadline.due_at), now) }))
}

export interface Tally {
  readonly overdue: number
  readonly onScene: number
  readonly underWay: number
  readonly unanswered: number
}

export function tallyOf(picture: Picture, now: number): Tally {
  const units = Object.values(picture.units ?? {})
  const among = (...states: Unit['status'][]): number => units.filter((unit) => states.includes(unit.status)).length
  return {
    overdue: dueLines(picture, now).filter((line) => line.tone === 'overdue').length,
    onScene: among('on_scene'),
    underWay: among('dispatched', 'en_route'),
    // What concerns the city: a quake on the other side of the world waits for nobody's answer.
    unanswered: Object.values(picture.alerts ?? {}).filter((alert) => alert.state === 'new' && (alert.colour !== null || alert.inside_area === true)).length,
  }
}

/** A wall has no scroll bar: what does not fit takes turns, a page at a time, below the first `fixed` which always stand. */
export function pageOf<T>(all: readonly T[], size: number, turn: number, fixed = 0): { shown: readonly T[]; page: number; pages: number } {
  if (all.length <= size) return { shown: all, page: 0, pages: 1 }
  const kept = Math.min(fixed, size - 1)
  const room = size - kept
  const pages = Math.ceil((all.length - kept) / room)
  const page = turn % pages
  return { shown: [...all.slice(0, kept), ...all.slice(kept + page * room, kept + (page + 1) * room)], page, pages }
}
