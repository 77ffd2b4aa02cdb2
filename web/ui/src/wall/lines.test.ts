import { describe, expect, it } from 'vitest'
import type { Deadline, Grade, IncidentHead } from '@/wire/objects'
import { dueLines, openIncidents, pageOf, tallyOf } from './lines'

function head(id: string, grade: Grade | null, occurred: string, status: 'open' | 'closed' = 'open'): IncidentHead {
  return {
    id,
    no: id,
    title: id,
    class_key: 'nd.quake',
    class_zh: '地震',
    class_en: 'earthquake',
    category: 'nd',
    status,
    place: '',
    point: null,
    area_code: null,
    occurred_at: occurred,
    opened_at: occurred,
    grade: { suggested: grade === null ? null : { grade, reasons: [], at: occurred }, decided: null },
    response: null,
    tasks: { open: 0, overdue: 0, closed: 0, total: 0 },
    sensitive: false,
    version: 1,
    updated_at: occurred,
  }
}

function deadline(id: string, due: string): Deadline {
  return {
    id,
    kind: 'task_sign',
    incident_id: null,
    subject_kind: 'task',
    subject_id: id,
    department: null,
    title_zh: id,
    title_en: id,
    to_zh: '',
    to_en: '',
    started_at: '2026-03-01T02:00:00.000000Z',
    due_at: due,
    passed: false,
  }
}

const at = (time: string): number => Date.parse(`2026-03-01T${time}Z`)

describe('the wall', () => {
  it('shows open incidents, worst first, ungraded last, then newest', () => {
    const picture = {
      incidents: {
        a: head('a', 'IV', '2026-03-01T01:00:00Z'),
        b: head('b', null, '2026-03-01T02:00:00Z'),
        c: head('c', 'II', '2026-03-01T00:00:00Z'),
        d: head('d', 'IV', '2026-03-01T02:00:00Z'),
        e: head('e', 'I', '2026-03-01T02:00:00Z', 'closed'),
      },
    }
    expect(openIncidents(picture).map((each) => each.id)).toEqual(['c', 'd', 'a', 'b'])
    expect(openIncidents({})).toEqual([])
  })

  it('shows the longest overdue first and lights it as overdue', () => {
    const picture = { deadlines: { x: deadline('x', '2026-03-01T02:40:00Z'), y: deadline('y', '2026-03-01T02:10:00Z') } }
    expect(dueLines(picture, at('02:20:00')).map((line) => [line.deadline.id, line.tone])).toEqual([
      ['y', 'overdue'],
      ['x', 'intime'],
    ])
    expect(tallyOf(picture, at('02:20:00'))).toEqual({ overdue: 1, onScene: 0, underWay: 0, unanswered: 0 })
  })

  it('lets what does not fit take turns', () => {
    expect(pageOf([1, 2, 3, 4, 5], 2, 2)).toEqual({ shown: [5], page: 2, pages: 3 })
    expect(pageOf([1, 2, 3, 4, 5], 2, 3).shown).toEqual([1, 2])
    expect(pageOf([1, 2, 3, 4, 5, 6], 3, 1, 2)).toEqual({ shown: [1, 2, 4], page: 1, pages: 4 })
    expect(pageOf([1, 2, 3], 3, 1, 2)).toEqual({ shown: [1, 2, 3], page: 0, pages: 1 })
    expect(pageOf([1, 2, 3], 1, 1, 2).shown).toEqual([2])
    expect(pageOf([], 2, 7)).toEqual({ shown: [], page: 0, pages: 1 })
  })
})
