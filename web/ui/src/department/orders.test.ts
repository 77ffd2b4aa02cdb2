import { describe, expect, it } from 'vitest'
import { madeTask as task } from '@/orders/made'
import type { Delivery, Task } from '@/wire/objects'
import { allows, deskOrders, neighbour, toMark } from './orders'

const NOW = Date.parse('2026-03-01T02:30:00Z')

const all = (...tasks: Task[]): Record<string, Task> => Object.fromEntries(tasks.map((each) => [each.id, each]))

describe('orders on the department’s desk', () => {
  const orders = deskOrders(
    all(
      task('closed', { state: 'closed' }),
      task('later', { state: 'in_progress' }),
      task('late', { state: 'signed', due: '2026-03-01T02:29:00Z' }),
      task('new'),
      task('sent', { state: 'submitted' }),
    ),
    NOW,
  )

  it('stand by the clock that runs out first, then what waits for others, then what is over', () => {
    expect(orders.map((order) => order.task.id)).toEqual(['late', 'new', 'later', 'sent', 'closed'])
    expect(orders.map((order) => order.tone)).toEqual(['overdue', 'intime', 'intime', 'pending', 'done'])
    expect(orders[1]?.due?.what).toBe('sign')
  })

  it('are walked through by key and stop at the ends', () => {
    expect(neighbour(orders, null, 1)).toBe('late')
    expect(neighbour(orders, 'late', -1)).toBe('late')
    expect(neighbour(orders, 'late', 1)).toBe('new')
    expect(neighbour(orders, 'closed', 1)).toBe('closed')
    expect(neighbour([], 'x', 1)).toBeNull()
  })

  it('offer only the steps that the rules give, and every step of an open one while the rules are not known', () => {
    const moves = { sign: ['issued'], submit: ['issued', 'signed', 'in_progress'] }
    expect(allows(moves, 'sign', task('t'))).toBe(true)
    expect(allows(moves, 'sign', task('t', { state: 'signed' }))).toBe(false)
    expect(allows(moves, 'return', task('t'))).toBe(false)
    expect(allows(null, 'sign', task('t'))).toBe(true)
    expect(allows(null, 'sign', task('t', { state: 'closed' }))).toBe(false)
  })
})

describe('what was told', () => {
  const delivery = (id: string, state: Delivery['state'], taskId: string): Delivery => ({
    id,
    message_id: 'm',
    incident_id: 'i',
    task_id: taskId,
    kind: 'order',
    subject: '',
    text: '',
    state,
    at: '',
  })

  it('is delivered when this screen has it and read when the order is open, never before', () => {
    const held = { a: delivery('a', 'queued', 't1'), b: delivery('b', 'queued', 't2'), c: delivery('c', 'delivered', 't2'), d: delivery('d', 'answered', 't2') }
    expect(toMark(held, null)).toEqual([
      { id: 'a', state: 'delivered' },
      { id: 'b', state: 'delivered' },
    ])
    expect(toMark(held, 't2')).toEqual([
      { id: 'a', state: 'delivered' },
      { id: 'b', state: 'read' },
      { id: 'c', state: 'read' },
    ])
  })
})
