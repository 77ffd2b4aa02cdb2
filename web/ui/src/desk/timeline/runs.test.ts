import { describe, expect, it } from 'vitest'
import type { FactLine } from '@/wire/objects'
import { foldRuns } from './runs'

function fact(seq: number, kind: string, by = 'system:notify', second = seq): FactLine {
  return { seq, kind, at: new Date(Date.UTC(2026, 10, 28, 2, 10, second)).toISOString(), by: { id: by, name: by }, data: {} } as unknown as FactLine
}
const shape = (facts: FactLine[]): number[][] => foldRuns(facts).map((run) => run.map((one) => one.seq))

describe('runs of facts', () => {
  it('folds messages and their fates although they come by turns', () => {
    expect(shape([fact(6, 'delivery.changed'), fact(5, 'message.queued'), fact(4, 'delivery.changed'), fact(3, 'message.queued'), fact(2, 'delivery.changed'), fact(1, 'message.queued')])).toEqual([[6, 4, 2], [5, 3, 1]])
  })
  it('keeps the order where there are too few to fold', () => {
    expect(shape([fact(5, 'message.queued'), fact(4, 'delivery.changed'), fact(3, 'message.queued'), fact(2, 'delivery.changed')])).toEqual([[5], [4], [3], [2]])
  })
  it('never folds across what a person did, nor over a minute, nor two of a kind', () => {
    expect(shape([fact(4, 'message.queued'), fact(3, 'message.queued'), fact(2, 'task.signed', 'account:1'), fact(1, 'message.queued')])).toEqual([[4], [3], [2], [1]])
    expect(shape([fact(3, 'message.queued', 'system:notify', 200), fact(2, 'message.queued', 'system:notify', 100), fact(1, 'message.queued', 'system:notify', 1)])).toEqual([[3], [2], [1]])
  })
})
