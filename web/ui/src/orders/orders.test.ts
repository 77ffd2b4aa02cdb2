import { describe, expect, it } from 'vitest'
import type { Task } from '@/wire/objects'
import { passes, sortTasks } from '@/desk/incident/task_clock'
import { orderClock } from './clock'
import { asTree, lacking, shortNo, waitsFor } from './tree'

const base = Date.parse('2026-03-01T02:00:00Z')
const at = (minutes: number) => new Date(base + minutes * 60_000).toISOString()
const now = (minutes: number) => base + minutes * 60_000

function task(id: string, over: Partial<Task> = {}): Task {
  return {
    id, no: `S530926-20260301-001-${id}`, parent_id: null, after: [], state: 'in_progress', issued_at: at(0), due_from: at(0), sign_due: at(15), due: at(100), step_from: null, step_due: null,
    pause: null, pause_ask: null, extension_ask: null, supervised: null, start_at: null, cards: {}, ...over,
  } as unknown as Task
}

describe('the clock of an order', () => {
  it('is the step’s when that is worse off than the total', () => {
    const late = task('R01', { step_from: at(0), step_due: at(20) })
    expect(orderClock(late, now(25))).toEqual({ name: 'report', tone: 'overdue', due: at(20) })
    expect(orderClock(late, now(5)).due).toBe(at(20))
  })
  it('counts from where the pauses left it, not from when it was issued', () => {
    expect(orderClock(task('R01', { due_from: at(60), due: at(160) }), now(100)).tone).toBe('intime')
  })
  it('stands still in a pause and shows when that ends', () => {
    const paused = task('R01', { pause: { cause: 'safety', text: '', since: at(0), until: at(30), asked: { id: '', name: '' }, granted: { id: '', name: '' } } })
    expect(orderClock(paused, now(10))).toEqual({ name: 'go_on', tone: 'pending', due: at(30) })
  })
  it('is nobody’s while it waits and when it is over', () => {
    expect(orderClock(task('R01', { state: 'waiting', start_at: at(30) }), now(90))).toEqual({ name: 'begin', tone: 'pending', due: at(30) })
    expect(orderClock(task('R01', { state: 'closed' }), now(900)).tone).toBe('done')
  })
  it('is the reviewer’s once it is handed in', () => {
    expect(orderClock(task('R01', { state: 'submitted', step_from: at(0), step_due: at(10) }), now(11))).toEqual({ name: 'review', tone: 'overdue', due: at(10) })
  })
})

describe('orders and their parts', () => {
  const tasks = { w: task('w'), a: task('a', { parent_id: 'w', due: at(90) }), b: task('b', { parent_id: 'a' }), lone: task('lone', { parent_id: 'elsewhere' }), x: task('x', { state: 'waiting', after: ['w', 'gone', 'c'] }), c: task('c', { state: 'closed' }) }
  it('stand under their whole, however deep, and alone without it', () => {
    const rows = sortTasks(Object.values(tasks), now(5))
    expect(asTree(rows).map(({ one, depth }) => `${one.task.id}${depth}`)).toEqual(['lone0', 'w0', 'a1', 'b2', 'x0', 'c0'])
    expect(asTree(rows.filter((row) => row.task.id === 'b')).map(({ depth }) => depth)).toEqual([0])
  })
  it('say what they wait for until it is closed', () => {
    expect(waitsFor(tasks.x, tasks).map((one) => one.id)).toEqual(['w'])
    expect(waitsFor(tasks.w, tasks)).toEqual([])
  })
  it('are called by the end of their number', () => {
    expect([shortNo('S530926-20260301-001-R03'), shortNo('S530926-20260301-001-R03-1-2'), shortNo('odd')]).toEqual(['R03', 'R03-1-2', 'odd'])
  })
  it('are filtered by light and by what waits for a decision', () => {
    const asked = task('R02', { pause_ask: { cause: 'safety', text: '', minutes: 5, by: { id: '', name: '' }, at: at(0) } })
    expect(passes('decide', asked, orderClock(asked, now(1)))).toBe(true)
    expect(passes('overdue', asked, orderClock(asked, now(101)))).toBe(true)
    expect(passes('waiting', asked, orderClock(asked, now(1)))).toBe(false)
  })
})

describe('evidence', () => {
  it('is lacking until a file of its kind is there; a voice note is no file', () => {
    expect(lacking(['text', 'photo', 'file'], ['audio/webm'])).toEqual(['photo', 'file'])
    expect(lacking(['text', 'photo', 'file'], ['image/jpeg', 'application/pdf'])).toEqual([])
  })
})
