/** How a task stands: which of its two clocks runs (signing, finishing), and its light. Pure. */
import type { Task } from '@/wire/objects'
import { lightOf } from '@/shell/light'
import type { LightTone } from '@/shell/light'
import { toMs } from '@/time/format'

export interface TaskClock {
  tone: LightTone
  /** The clock that runs now; null when none does. */
  due: string | null
}

export function taskClock(task: Task, now: number): TaskClock {
  const since = toMs(task.issued_at)
  switch (task.state) {
    case 'closed':
    case 'cancelled':
      return { tone: 'done', due: null }
    case 'submitted':
      return { tone: 'pending', due: null }
    case 'issued':
      if (task.sign_due) return { tone: lightOf(since, toMs(task.sign_due), now), due: task.sign_due }
      break
    case 'returned':
      return { tone: 'next', due: task.due }
    default:
      break
  }
  return task.due ? { tone: lightOf(since, toMs(task.due), now), due: task.due } : { tone: 'intime', due: null }
}

const RANK: Record<LightTone, number> = { overdue: 0, next: 1, soon: 2, pending: 3, intime: 4, done: 9 }

/** What needs a hand first: overdue, returned and nearly due, then by time left, finished last. */
export function sortTasks(tasks: Task[], now: number): { task: Task; clock: TaskClock }[] {
  return tasks
    .map((task) => ({ task, clock: taskClock(task, now) }))
    .sort((a, b) => RANK[a.clock.tone] - RANK[b.clock.tone] || (a.clock.due ?? '~').localeCompare(b.clock.due ?? '~') || a.task.no.localeCompare(b.task.no))
}
