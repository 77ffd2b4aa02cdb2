import { describe, expect, it } from 'vitest'
import { about, clock, merged, moved, newTask, nextCode, readable, ticks, tidy, worst } from './plans'
import type { Finding, TaskContent } from './plans'

const finding = (field: string, weight: Finding['weight'] = 'warning'): Finding => ({ weight, code: 'x', field, zh: field, en: field })
const task = (code: string): TaskContent => ({ ...newTask([]), code })

describe('a draft in forms', () => {
  it('shows whatever is in it', () => {
    const made = readable({ id: 'p', tasks: 7, levels: null, watch: [null, { id: 'w' }], groups: [{ members: [1, 'EMB'] }] })
    expect(made.tasks).toEqual([])
    expect(made.levels).toEqual({})
    expect(made.watch).toEqual([{ id: 'w' }])
    expect(made.groups[0]?.members).toEqual(['EMB'])
  })
  it('sends nothing for what was left empty', () => {
    expect(tidy({ doc_no: '', zh: '', tasks: [{ precondition_zh: '', start_minutes: 0 }], termination: null })).toEqual({ zh: '', tasks: [{ start_minutes: 0 }] })
  })
})

describe('findings beside fields', () => {
  const all = [finding('tasks.1.owner'), finding('tasks.1.after.0', 'error'), finding('tasks.10.owner')]
  it('belong to the field or what is in it', () => {
    expect(about(all, 'tasks.1').length).toBe(2)
    expect(worst(all, 'tasks.1')?.weight).toBe('error')
    expect(worst(all, 'tasks.2')).toBeNull()
  })
})

describe('tasks from a table', () => {
  const old = { ...task('A'), checklist: [{ zh: '查', en: 'look' }], shared: 'evacuation' }
  it('take the place of the same code, in its place, and keep what the table has no column for', () => {
    const made = merged([old, task('B')], [{ ...task('C') }, { ...task('A'), zh: '新', checklist: undefined, resources: undefined }], ['code', 'zh', 'checklist'], 'add')
    expect(made.map((one) => one.code)).toEqual(['A', 'B', 'C'])
    expect(made[0]).toMatchObject({ zh: '新', checklist: [], shared: 'evacuation', resources: [] })
  })
  it('replace all', () => {
    expect(merged([old, task('B')], [task('C')], [], 'replace').map((one) => one.code)).toEqual(['C'])
  })
})

describe('rows', () => {
  it('move', () => {
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
    expect(moved(['a', 'b'], 0, 9)).toEqual(['b', 'a'])
  })
  it('get the next code that is free', () => {
    expect(nextCode([task('EQ-01'), task('EQ-03'), task('EQ-02')])).toBe('EQ-04')
    expect(nextCode([task('EQ-09')])).toBe('EQ-10')
    expect(nextCode([])).toBe('T-01')
  })
})

describe('times', () => {
  it('are said as planners do', () => {
    expect(clock(95)).toBe('T+1:35')
    expect(clock(0, 'P')).toBe('P+0:00')
  })
  it('have at most twelve ticks', () => {
    for (const ends of [0, 30, 59, 240, 1440, 43200]) {
      const { at, most } = ticks(ends)
      expect(at.length).toBeLessThanOrEqual(13)
      expect(most).toBeGreaterThanOrEqual(ends)
    }
  })
})
