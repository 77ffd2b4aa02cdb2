/** The unit's orders as its crew sees them: what the centre last said, with what was done here since and has not arrived yet. */
import type { Task, TaskState } from '@/wire/objects'
import { isPending, type Item } from '@/outbox/item'

export interface Order {
  readonly task: Task
  /** The state once everything pending here has arrived. */
  readonly state: TaskState
  /** True when `state` stands on something that the centre does not have yet. */
  readonly statePending: boolean
  readonly arrived: { readonly at: string; readonly pending: boolean } | null
  readonly help: { readonly at: string; readonly pending: boolean } | null
  /** The clock that runs against the crew now: to sign, then to finish. Null when nothing is asked of it any more. */
  readonly due: { readonly what: 'sign' | 'finish'; readonly at: string } | null
}

const NEXT_STATE: Readonly<Record<string, TaskState>> = {
  'task.sign': 'signed',
  'task.start': 'in_progress',
  'task.progress': 'in_progress',
  'task.submit': 'submitted',
  'unit.arrive': 'in_progress',
}

const RANK: Readonly<Record<TaskState, number>> = {
  waiting: -1,
  issued: 0,
  signed: 1,
  in_progress: 2,
  submitted: 3,
  returned: 4,
  closed: 5,
  cancelled: 6,
}

/** What was done here and does not show in `known` yet: still pending, or received by the centre after what we last heard of it. */
export function isAhead(item: Item, known: string | null | undefined): boolean {
  return isPending(item) || (item.state === 'received' && item.receivedAt !== null && item.receivedAt > (known ?? ''))
}

function orderOf(task: Task, items: readonly Item[]): Order {
  let state = task.state
  let statePending = false
  let arrived = task.arrived_at === null ? null : { at: task.arrived_at, pending: false }
  let help = task.need_help === null ? null : { at: task.need_help.at, pending: false }
  for (const item of items) {
    if (item.data.task_id !== task.id || !isAhead(item, task.updated_at)) continue
    const pending = isPending(item)
    const next = NEXT_STATE[item.kind]
    if (next !== undefined && RANK[next] > RANK[state] && RANK[state] <= RANK.submitted) {
      state = next
      statePending ||= pending
    }
    if (item.kind === 'unit.arrive' && arrived === null) arrived = { at: item.occurredAt, pending }
    if (item.kind === 'unit.need_help') help = { at: item.occurredAt, pending }
  }
  return { task, state, statePending, arrived, help, due: dueOf(task, state) }
}

function dueOf(task: Task, state: TaskState): Order['due'] {
  if (state === 'issued' && task.sign_due !== null) return { what: 'sign', at: task.sign_due }
  const open = state === 'issued' || state === 'signed' || state === 'in_progress'
  return open && task.due !== null ? { what: 'finish', at: task.due } : null
}

export function isOpen(order: Order): boolean {
  return order.state === 'issued' || order.state === 'signed' || order.state === 'in_progress'
}

/** Media types of what this phone has attached to an order, sent or not: what was refused is not there. */
export function attachedTo(taskId: string, items: readonly Item[]): string[] {
  return items.filter((item) => item.data.task_id === taskId && item.state !== 'refused').flatMap((item) => item.files.map((file) => file.mediaType))
}

/** Open orders first, by the clock that runs out first; then what was handed in or is over, newest first. */
export function ordersOf(tasks: Readonly<Record<string, Task>>, items: readonly Item[]): Order[] {
  const byTap = [...items].sort((a, b) => a.order - b.order)
  return Object.values(tasks)
    .map((task) => orderOf(task, byTap))
    .sort((a, b) => {
      if (isOpen(a) !== isOpen(b)) return isOpen(a) ? -1 : 1
      if (!isOpen(a)) return b.task.updated_at.localeCompare(a.task.updated_at)
      return (a.due?.at ?? '9999').localeCompare(b.due?.at ?? '9999') || a.task.no.localeCompare(b.task.no)
    })
}
