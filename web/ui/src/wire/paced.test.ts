import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FactLine } from './objects'
import { paced } from './paced'
import type { Patch } from './paced'

function patch(seq: number, state: string, stream = 'board'): Patch {
  return { is: 'patch', stream, seq, now: { tasks: { a: { state } } } as unknown as Patch['now'], facts: [{ seq } as FactLine] }
}

describe('patches that come faster than they are drawn', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  it('tells the first at once and joins what comes while it is drawn, each stream for itself', () => {
    const told: Patch[] = []
    const pace = paced((one) => told.push(one))
    pace.patch(patch(1, 'issued'))
    expect(told.map((one) => one.seq)).toEqual([1])
    pace.patch(patch(2, 'signed'))
    pace.patch(patch(3, 'closed'))
    pace.patch(patch(7, 'issued', 'incident:x'))
    expect(told).toHaveLength(1)
    vi.runAllTimers()
    expect(told.map((one) => [one.stream, one.seq])).toEqual([['board', 1], ['board', 3], ['incident:x', 7]])
    expect(told[1]?.facts.map((fact) => fact.seq)).toEqual([2, 3])
    expect(told[1]?.now).toEqual({ tasks: { a: { state: 'closed' } } })
    pace.patch(patch(4, 'reopened'))
    expect(told.at(-1)?.seq).toBe(4)
  })

  it('tells what waits before something of another kind', () => {
    const told: number[] = []
    const pace = paced((one) => told.push(one.seq))
    pace.patch(patch(1, 'a'))
    pace.patch(patch(2, 'b'))
    pace.drain()
    expect(told).toEqual([1, 2])
    vi.runAllTimers()
    expect(told).toEqual([1, 2])
  })
})
