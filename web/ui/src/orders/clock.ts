/** Which clock of an order runs, who owes it, and its light: the one that asks for a hand first. Pure; the twin of command/orders/clock.py. */
import { lightOf, type LightTone } from '@/shell/light'
import { toMs } from '@/time/format'
import type { Task } from '@/wire/objects'

/** sign, start, report, finish: the department's · review, forward: whoever gave the order's · go_on: the pause ends · begin: it starts */
export type ClockName = 'sign' | 'start' | 'report' | 'finish' | 'review' | 'forward' | 'go_on' | 'begin'

export interface OrderClock {
  readonly name: ClockName | null
  readonly tone: LightTone
  /** When it runs out; null when none runs. */
  readonly due: string | null
}

interface Running {
  readonly name: ClockName
  readonly from: string
  readonly due: string
}

const NONE: OrderClock = { name: null, tone: 'pending', due: null }
const RANK: Record<LightTone, number> = { overdue: 0, next: 1, soon: 2, intime: 3, pending: 4, done: 5 }

export function orderClock(task: Task, now: number): OrderClock {
  if (task.state === 'closed' || task.state === 'cancelled') return { ...NONE, tone: 'done' }
  if (task.state === 'waiting') return { name: task.start_at ? 'begin' : null, tone: 'pending', due: task.start_at }
  if (task.pause) return { name: 'go_on', tone: lightOf(toMs(task.pause.since), toMs(task.pause.until), now) === 'overdue' ? 'overdue' : 'pending', due: task.pause.until }
  const clocks = running(task).map((clock) => ({ name: clock.name, due: clock.due, tone: lightOf(toMs(clock.from), toMs(clock.due), now) }))
  // The worst light; among equal ones the clock that runs out first.
  return clocks.sort((a, b) => RANK[a.tone] - RANK[b.tone] || a.due.localeCompare(b.due))[0] ?? NONE
}

function running(task: Task): Running[] {
  const step = (name: ClockName): Running[] => (task.step_from && task.step_due ? [{ name, from: task.step_from, due: task.step_due }] : [])
  const from = task.due_from || task.issued_at
  const total: Running[] = task.due ? [{ name: 'finish', from, due: task.due }] : []
  switch (task.state) {
    case 'issued':
      return task.sign_due ? [{ name: 'sign', from, due: task.sign_due }, ...total] : total
    case 'signed':
      return [...step('start'), ...total]
    case 'in_progress':
      return [...step('report'), ...total]
    case 'submitted':
      return step('review')
    case 'returned':
      return step('forward')
    default:
      return []
  }
}
