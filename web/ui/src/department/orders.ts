/** The department's orders by their clocks, and what may be done with each. Pure. */
import { orderClock, type ClockName } from '@/orders/clock'
import type { LightTone } from '@/shell/light'
import type { Delivery, Task, TaskState } from '@/wire/objects'

export type OrderAction = 'sign' | 'start' | 'return' | 'assign' | 'progress' | 'submit' | 'ask_extension' | 'ask_pause' | 'go_on' | 'split'

/** From the catalogue: action → states in which it moves the order on. */
export type Moves = Readonly<Record<string, readonly string[]>>

/** mine: the department must act · waiting: somebody else must · over */
export type OrderGroup = 'mine' | 'waiting' | 'over'

export interface DeskOrder {
  readonly task: Task
  readonly group: OrderGroup
  readonly due: { readonly what: ClockName; readonly at: string } | null
  readonly tone: LightTone
}

const GROUPS: Readonly<Record<TaskState, OrderGroup>> = {
  waiting: 'waiting',
  issued: 'mine',
  signed: 'mine',
  in_progress: 'mine',
  submitted: 'waiting',
  returned: 'waiting',
  closed: 'over',
  cancelled: 'over',
}
const RANK: Readonly<Record<OrderGroup, number>> = { mine: 0, waiting: 1, over: 2 }

/** `own`: whose desk it is. Parts that other departments have of its orders stand with those, not in its list. */
export function deskOrders(tasks: Readonly<Record<string, Task>>, now: number, own: string | null = null): DeskOrder[] {
  return Object.values(tasks)
    .filter((task) => own === null || task.department === own)
    .map((task) => deskOrder(task, now))
    .sort((a, b) => RANK[a.group] - RANK[b.group] || byClock(a, b) || a.task.no.localeCompare(b.task.no))
}

function deskOrder(task: Task, now: number): DeskOrder {
  const group = GROUPS[task.state]
  const clock = orderClock(task, now)
  const due = (group === 'mine' || task.state === 'waiting') && clock.due !== null && clock.name !== null ? { what: clock.name, at: clock.due } : null
  return { task, group, due, tone: group === 'waiting' && task.state !== 'waiting' ? 'pending' : clock.tone }
}

function byClock(a: DeskOrder, b: DeskOrder): number {
  if (a.group === 'mine') return (a.due?.at ?? '9999').localeCompare(b.due?.at ?? '9999')
  return b.task.updated_at.localeCompare(a.task.updated_at)
}

/** Without the catalogue every step of an open order is offered: the centre decides, and a missing list stops nobody from signing. */
export function allows(moves: Moves | null, action: OrderAction, task: Task): boolean {
  if (moves === null) return GROUPS[task.state] === 'mine'
  return moves[action]?.includes(task.state) ?? false
}

/** The next order in the list, staying at its ends. */
export function neighbour(orders: readonly DeskOrder[], chosen: string | null, by: 1 | -1): string | null {
  if (orders.length === 0) return null
  const at = orders.findIndex((order) => order.task.id === chosen)
  const next = at < 0 ? 0 : Math.min(orders.length - 1, Math.max(0, at + by))
  return orders[next]?.task.id ?? null
}

/** Deliveries that this screen has just shown for the first time, and of those opened which were not yet read. */
export function toMark(
  deliveries: Readonly<Record<string, Delivery>>,
  openTask: string | null,
): { id: string; state: 'delivered' | 'read' }[] {
  return Object.values(deliveries).flatMap((delivery): { id: string; state: 'delivered' | 'read' }[] => {
    const open = openTask !== null && delivery.task_id === openTask
    if (open && (delivery.state === 'queued' || delivery.state === 'delivered')) return [{ id: delivery.id, state: 'read' }]
    return delivery.state === 'queued' ? [{ id: delivery.id, state: 'delivered' }] : []
  })
}

export { shortNo } from '@/orders/tree'
