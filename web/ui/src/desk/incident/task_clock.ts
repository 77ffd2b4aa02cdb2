/** How a task stands on the desk: the clock that asks for a hand first, its light, and what comes first in the list. Pure. */
import { orderClock, type OrderClock } from '@/orders/clock'
import type { LightTone } from '@/shell/light'
import type { Task } from '@/wire/objects'

export type TaskClock = OrderClock

/** What was returned asks for the desk's hand at once, and what is handed in is to be reviewed, both whatever time is left. */
export function taskClock(task: Task, now: number): TaskClock {
  const clock = orderClock(task, now)
  if (clock.tone === 'overdue') return clock
  if (task.state === 'returned') return { ...clock, tone: 'next' }
  return task.state === 'submitted' ? { ...clock, tone: 'pending' } : clock
}

/** Whether the desk is asked to decide something on it. */
export function wantsDecision(task: Task): boolean {
  return task.state === 'submitted' || task.state === 'returned' || task.pause_ask !== null || (task.extension_ask !== null && task.parent_id === null)
}

const RANK: Record<LightTone, number> = { overdue: 0, next: 1, soon: 2, pending: 3, intime: 4, done: 9 }

/** What needs a hand first: overdue, returned and nearly due, then by time left; what waits, then what is over. */
export function sortTasks(tasks: Task[], now: number): { task: Task; clock: TaskClock }[] {
  const rank = (task: Task, clock: TaskClock) => (task.state === 'waiting' ? 5 : RANK[clock.tone])
  return tasks
    .map((task) => ({ task, clock: taskClock(task, now) }))
    .sort((a, b) => rank(a.task, a.clock) - rank(b.task, b.clock) || (a.clock.due ?? '~').localeCompare(b.clock.due ?? '~') || a.task.no.localeCompare(b.task.no))
}

/** What the list shows: everything, one light, what waits for the desk's decision, or what is under supervision. */
export type TaskFilter = 'all' | 'overdue' | 'soon' | 'intime' | 'decide' | 'waiting' | 'supervised'
export const FILTERS: readonly TaskFilter[] = ['all', 'overdue', 'soon', 'intime', 'decide', 'waiting', 'supervised']

export function passes(filter: TaskFilter, task: Task, clock: TaskClock): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'soon':
      return clock.tone === 'soon' || clock.tone === 'next'
    case 'decide':
      return wantsDecision(task)
    case 'waiting':
      return task.state === 'waiting'
    case 'supervised':
      return task.supervised !== null
    default:
      return clock.tone === filter
  }
}
