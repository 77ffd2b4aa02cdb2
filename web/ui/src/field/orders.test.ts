import { describe, expect, it } from 'vitest'
import { madeTask } from '@/orders/made'
import type { Task } from '@/wire/objects'
import { attachedTo, ordersOf } from './orders'
import { itemOf, type Item, type Json } from '@/outbox/item'
import { after } from '@/outbox/queue'

/** At hand of a unit: to be signed for within five minutes. */
const task = (id: string, over: Partial<Task> = {}): Task =>
  madeTask(id, { no: `T-${id}`, unit_id: 'u1', sign_due: '2026-03-01T02:26:00.000000Z', due: '2026-03-01T03:00:00.000000Z', updated_at: '2026-03-01T02:21:00.000000Z', ...over })

function tap(kind: string, data: Record<string, Json>): Item {
  return itemOf(
    { id: kind, kind, stream: 'unit:u1', occurredAt: '2026-03-01T02:41:00.000000Z', tappedAt: 0, data, files: [] },
    { account: 'a', realm: 'live' },
    1,
  )
}

const byId = (...tasks: Task[]): Record<string, Task> => Object.fromEntries(tasks.map((each) => [each.id, each]))

describe('my orders', () => {
  it('stand in the order of the clock that runs out first, finished ones last', () => {
    const orders = ordersOf(
      byId(
        task('late', { state: 'in_progress', due: '2026-03-01T05:00:00.000000Z' }),
        task('over', { state: 'closed' }),
        task('new'),
        task('soon', { state: 'signed', due: '2026-03-01T02:24:00.000000Z' }),
      ),
      [],
    )
    expect(orders.map((order) => order.task.id)).toEqual(['soon', 'new', 'late', 'over'])
    expect(orders[1]?.due).toEqual({ what: 'sign', at: '2026-03-01T02:26:00.000000Z' })
    expect(orders[3]?.due).toBeNull()
  })

  it('show what was tapped here at once, and show that the centre does not have it yet', () => {
    const [order] = ordersOf(byId(task('t')), [tap('task.sign', { task_id: 't' }), tap('unit.arrive', { task_id: 't' })])
    expect(order).toMatchObject({
      state: 'in_progress',
      statePending: true,
      arrived: { at: '2026-03-01T02:41:00.000000Z', pending: true },
      due: { what: 'finish' },
    })
  })

  it('believe the centre once the item has arrived or was refused', () => {
    const refused = after(tap('task.sign', { task_id: 't' }), { what: 'refused', refusal: { code: 'x', detail: 'y' } })
    const received = after(tap('unit.arrive', { task_id: 't' }), { what: 'received', at: '2026-03-01T02:42:00.000000Z' })
    const later = task('t', { updated_at: '2026-03-01T02:42:00.000000Z' })
    expect(ordersOf(byId(later), [refused, received])[0]).toMatchObject({ state: 'issued', statePending: false, arrived: null })
  })

  it('do not fall back while the centre has a deed that its last picture does not show yet', () => {
    const received = after(tap('unit.arrive', { task_id: 't' }), { what: 'received', at: '2026-03-01T02:42:00.000000Z' })
    const [order] = ordersOf(byId(task('t')), [received])
    expect(order).toMatchObject({ state: 'in_progress', statePending: false, arrived: { pending: false } })
  })

  it('never step back from what the centre already knows, and never reopen a closed order', () => {
    const late = tap('task.sign', { task_id: 't' })
    expect(ordersOf(byId(task('t', { state: 'submitted' })), [late])[0]?.state).toBe('submitted')
    expect(ordersOf(byId(task('t', { state: 'closed' })), [tap('task.submit', { task_id: 't' })])[0]?.state).toBe('closed')
  })

  it('have attached what this phone sent or keeps, not what was refused or belongs to another', () => {
    const photo = (task_id: string): Item => ({ ...tap('unit.note', { task_id }), files: [{ hash: 'h', name: 'a.jpg', mediaType: 'image/jpeg', size: 1, received: 0 }] })
    const refused = after(photo('t'), { what: 'refused', refusal: { code: 'x', detail: 'y' } })
    expect(attachedTo('t', [photo('t'), tap('task.sign', { task_id: 't' })])).toEqual(['image/jpeg'])
    expect(attachedTo('t', [photo('other'), refused])).toEqual([])
  })
})
