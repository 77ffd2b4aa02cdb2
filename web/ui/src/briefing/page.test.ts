import { describe, expect, it } from 'vitest'
import type { Figure, Incident, Picture, Response, Task, Unit } from '@/wire/objects'
import { decisionsWanted, figureRows, forcesOf, helpLines, overdueCount, taskGroups } from './page'

const at = (minute: number): string => `2026-03-01T02:${String(minute).padStart(2, '0')}:00.000000Z`
const NOW = Date.parse(at(30))

const figure = (metric: string, value: number | null): [string, Figure] => [
  metric,
  { id: metric, metric, value, unit: null, source: '', observed_at: at(1), by: { id: 'a', name: 'a' }, at: at(1) },
]

const task = (id: string, over: Partial<Task> = {}): Task =>
  ({
    id,
    no: id,
    state: 'in_progress',
    issued_at: at(0),
    sign_due: at(5),
    due: at(50),
    unit_id: null,
    arrived_at: null,
    need_help: null,
    updated_at: at(0),
    ...over,
  }) as Task

const tasks = (...all: Task[]): Picture => ({ tasks: Object.fromEntries(all.map((each) => [each.id, each])) })

describe('figures on a briefing', () => {
  it('say unknown for what is always asked, keep a reported nought, and leave out what was withdrawn', () => {
    const rows = figureRows({ figures: Object.fromEntries([figure('dead', 0), figure('collapsed_rooms', 17), figure('evacuated', null)]) })
    expect(rows.map((row) => [row.metric, row.figure?.value ?? 'unknown'])).toEqual([
      ['dead', 0],
      ['missing', 'unknown'],
      ['trapped', 'unknown'],
      ['injured', 'unknown'],
      ['evacuated', 'unknown'],
      ['collapsed_rooms', 17],
    ])
  })

  it('do not ask for the whole where its parts are known', () => {
    const rows = figureRows({ figures: Object.fromEntries([figure('light_injured', 3)]) })
    expect(rows.map((row) => row.metric)).not.toContain('injured')
  })
})

describe('tasks on a briefing', () => {
  it('stand by state with what needs somebody first, and count what is overdue', () => {
    const groups = taskGroups(
      tasks(task('a'), task('b', { state: 'issued' }), task('c', { due: at(20) }), task('d', { state: 'closed' }), task('e', { state: 'returned' })),
      NOW,
    )
    expect(groups.map((group) => [group.state, group.lines.map((line) => line.task.id)])).toEqual([
      ['returned', ['e']],
      ['issued', ['b']],
      ['in_progress', ['c', 'a']],
      ['closed', ['d']],
    ])
    expect(overdueCount(groups)).toBe(2)
  })

  it('show forces on the scene before those that are coming, and every call for help once', () => {
    const help = { kinds: ['vehicle' as const], text: null, at: at(9) }
    const picture = tasks(task('z', { unit_id: 'u1', state: 'closed' }), task('a', { unit_id: 'u1' }), task('b', { unit_id: 'u2', arrived_at: at(8) }), task('c', { need_help: help }))
    expect(forcesOf(picture).map((force) => force.unitId)).toEqual(['u2', 'u1'])
    const units = { u1: { id: 'u1', need_help: { ...help, at: at(12) } } as Unit }
    expect(helpLines(picture, units).map((line) => line.task.id)).toEqual(['a', 'c'])
    expect(helpLines(picture).map((line) => line.task.id)).toEqual(['c'])
  })
})

describe('decisions wanted', () => {
  const incident = (decided: { grade: 'III' | 'IV'; at: string } | null): Incident =>
    ({ grade: { suggested: { grade: 'III', reasons: [], at: at(5) }, decided } }) as unknown as Incident
  const response = (id: string, state: Response['state'], by: string): Response => ({ id, state, decide_by: by }) as Response

  it('put the clock that runs out first on top, and ask for nothing that was decided', () => {
    const picture: Picture = {
      ...tasks(task('r', { state: 'returned' }), task('s', { state: 'submitted' })),
      responses: { a: response('a', 'proposed', at(40)), b: response('b', 'proposed', at(35)), c: response('c', 'active', at(1)) },
    }
    expect(decisionsWanted(picture, incident(null)).map((one) => one.is)).toEqual(['response', 'response', 'grade', 'returned', 'review'])
    expect(decisionsWanted(picture, incident(null))[0]).toMatchObject({ response: { id: 'b' } })
    expect(decisionsWanted({}, incident({ grade: 'III', at: at(1) }))).toEqual([])
  })

  it('ask again when the suggestion changed after the decision, and not when the leader has seen it and decided otherwise', () => {
    expect(decisionsWanted({}, incident({ grade: 'IV', at: at(1) })).map((one) => one.is)).toEqual(['grade'])
    expect(decisionsWanted({}, incident({ grade: 'IV', at: at(6) }))).toEqual([])
  })
})
