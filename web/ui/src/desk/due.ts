/** Clocks that run alike are one card: fourteen departments that have yet to sign the orders of one activation. Pure. */
import type { Deadline } from '@/wire/objects'

const LEAST = 3
const TOGETHER = 60_000

export interface DueGroup {
  /** The one that is due first; the card leads to what settles it. */
  first: Deadline
  all: Deadline[]
}

/** `deadlines` are sorted by time left. The clocks of signing, of a step and of finishing in one incident, due within the same minute, stand together. */
export function groupDeadlines(deadlines: Deadline[]): DueGroup[] {
  const groups: DueGroup[] = []
  for (const deadline of deadlines) {
    const alike = deadline.kind === 'task_sign' || deadline.kind === 'task_step' || deadline.kind === 'task_due'
      ? groups.find((group) => group.first.kind === deadline.kind && group.first.incident_id === deadline.incident_id && Date.parse(deadline.due_at) - Date.parse(group.first.due_at) < TOGETHER)
      : undefined
    if (alike) alike.all.push(deadline)
    else groups.push({ first: deadline, all: [deadline] })
  }
  return groups
    .flatMap((group) => (group.all.length >= LEAST ? [group] : group.all.map((one) => ({ first: one, all: [one] }))))
    .sort((a, b) => a.first.due_at.localeCompare(b.first.due_at))
}
