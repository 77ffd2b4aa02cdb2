import { describe, expect, it } from 'vitest'
import { groupDeadlines } from '@/desk/due'
import { foldRuns } from '@/desk/timeline/runs'
import type { Deadline, FactLine } from '@/wire/objects'

const base = Date.parse('2026-02-28T18:00:00Z')
const at = (seconds: number) => new Date(base + seconds * 1000).toISOString()

describe('clocks that run alike', () => {
  const clock = (id: string, kind: string, due: number, incident = 'i') => ({ id, kind, incident_id: incident, due_at: at(due) }) as Deadline
  it('stand on one card when they are the signing clocks of one activation', () => {
    const groups = groupDeadlines([clock('report', 'first_report_phone', 5), ...[10, 11, 12].map((due) => clock(`s${due}`, 'task_sign', due)), clock('other', 'task_sign', 12, 'j'), clock('later', 'task_sign', 400)])
    expect(groups.map((group) => [group.first.id, group.all.length])).toEqual([['report', 1], ['s10', 3], ['other', 1], ['later', 1]])
  })
  it('stay apart when they are only two, or of different kinds', () => {
    expect(groupDeadlines([clock('a', 'task_sign', 1), clock('b', 'task_sign', 2)]).map((group) => group.all.length)).toEqual([1, 1])
    expect(groupDeadlines([1, 2, 3].map((due) => clock(String(due), 'response_decision', due)))).toHaveLength(3)
  })
})

describe('the record', () => {
  const fact = (seq: number, kind: string, second: number, by = 'account:1') => ({ seq, kind, at: at(second), by: { id: by, name: '' } }) as FactLine
  it('folds the orders of one activation into one line and keeps all of them in it', () => {
    const runs = foldRuns([fact(6, 'incident.noted', 9), fact(5, 'task.issued', 3), fact(4, 'task.issued', 2), fact(3, 'task.issued', 1), fact(2, 'response.activated', 1)])
    expect(runs.map((run) => run.map((one) => one.seq))).toEqual([[6], [5, 4, 3], [2]])
  })
  it('does not fold what two people did, or what lies apart', () => {
    expect(foldRuns([fact(3, 'task.issued', 3), fact(2, 'task.issued', 2, 'account:2'), fact(1, 'task.issued', 1)])).toHaveLength(3)
    expect(foldRuns([fact(3, 'task.issued', 300), fact(2, 'task.issued', 100), fact(1, 'task.issued', 1)])).toHaveLength(3)
  })
})
