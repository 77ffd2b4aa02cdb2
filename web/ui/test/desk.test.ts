import { describe, expect, it } from 'vitest'
import { openAlerts, sortDeadlines, sortIncidents } from '@/desk/order'
import { figureCells, formatFigure } from '@/desk/incident/figures'
import { draftReport, lacking } from '@/desk/incident/report_draft'
import { sortTasks, taskClock } from '@/desk/incident/task_clock'
import { joinFacts } from '@/desk/timeline/timeline'
import { lightOf } from '@/shell/light'
import type { Alert, Deadline, FactLine, Figure, Incident, IncidentHead, Task } from '@/wire/objects'

const base = Date.parse('2026-02-28T18:00:00Z')
const at = (minutes: number) => new Date(base + minutes * 60_000).toISOString()

const words = {
  metric: (key: string) => ({ dead: '死亡', missing: '失踪', trapped: '被困', serious_injured: '重伤', light_injured: '轻伤', evacuated: '转移' })[key] ?? key,
  unit: () => '人',
  department: (code: string) => code,
  level: (level: string) => ({ III: '三级' })[level] ?? level,
  grade: (grade: string) => ({ III: 'Ⅲ 较大' })[grade] ?? grade,
}
const incident = {
  id: 'i', title: '沧源5.5级地震', class_zh: '天然地震', class_en: 'natural earthquake', class_key: 'nd.quake.natural', place: '沧源县芒卡镇',
  occurred_at: at(12), point: null, description: null, grade: { suggested: { grade: 'III', reasons: [], at: at(13) }, decided: null },
} as unknown as Incident
const figure = (metric: string, value: number | null, source = '孟定卫生院'): Figure => ({ id: metric, metric, value, unit: '人', source, observed_at: at(20), by: { id: 'a', name: '李敏' }, at: at(20) })

describe('what comes first', () => {
  it('is the most overdue clock', () => {
    const clocks = [5, -3, 40, -1].map((due, n) => ({ id: String(n), due_at: at(due) }) as Deadline)
    expect(sortDeadlines(clocks).map((one) => one.id)).toEqual(['1', '3', '0', '2'])
  })
  it('is the open incident that came last, and closed ones after all open ones', () => {
    const heads = [{ id: 'old', status: 'open', opened_at: at(0) }, { id: 'closed', status: 'closed', opened_at: at(9) }, { id: 'new', status: 'open', opened_at: at(5) }] as IncidentHead[]
    expect(sortIncidents(heads).map((one) => one.id)).toEqual(['new', 'old', 'closed'])
  })
  it('is the unanswered alert of the worst colour in our own area', () => {
    const alert = (id: string, state: string, colour: string | null, inside: boolean) => ({ id, state, colour, inside_area: inside, received_at: at(0) }) as Alert
    const list = [alert('far', 'new', null, false), alert('ack', 'acknowledged', 'red', true), alert('red', 'new', 'red', true), alert('gone', 'dismissed', 'red', true), alert('yellow', 'new', 'yellow', true)]
    expect(openAlerts(list).map((one) => one.id)).toEqual(['red', 'yellow', 'far', 'ack'])
  })
})

describe('lights', () => {
  it('turn at 70 % and 90 % of the time, and red when it is over', () => {
    expect([0, 69, 70, 90, 100, 101].map((m) => lightOf(base, base + 100 * 60_000, base + m * 60_000))).toEqual(['intime', 'intime', 'soon', 'next', 'next', 'overdue'])
  })
  it('follow the signing clock until the order is signed, then the finishing clock', () => {
    const task = { state: 'issued', issued_at: at(0), sign_due: at(10), due: at(100) } as Task
    expect(taskClock(task, base + 11 * 60_000)).toEqual({ name: 'sign', tone: 'overdue', due: at(10) })
    expect(taskClock({ ...task, state: 'signed' }, base + 11 * 60_000)).toEqual({ name: 'finish', tone: 'intime', due: at(100) })
    expect(taskClock({ ...task, state: 'submitted' }, base + 500 * 60_000)).toEqual({ name: null, tone: 'pending', due: null })
    expect(taskClock({ ...task, state: 'closed' }, base).tone).toBe('done')
  })
  it('put what needs a hand on top', () => {
    const task = (id: string, state: Task['state'], due: number) => ({ id, no: id, state, issued_at: at(0), sign_due: at(due), due: at(due) }) as Task
    const sorted = sortTasks([task('done', 'closed', 1), task('fine', 'signed', 90), task('late', 'issued', 4), task('back', 'returned', 60)], base + 5 * 60_000)
    expect(sorted.map((row) => row.task.id)).toEqual(['late', 'back', 'fine', 'done'])
  })
})

describe('figures', () => {
  it('that nobody reported stay in the grid as unknown', () => {
    const cells = figureCells('nd.quake.natural', { light_injured: figure('light_injured', 3), odd: figure('odd', 1) })
    expect(cells.find((cell) => cell.metric === 'dead')?.figure).toBeNull()
    expect(cells.map((cell) => cell.metric)).toContain('magnitude')
    expect(cells.at(-1)?.metric).toBe('odd')
  })
  it('are written as they were reported', () => {
    expect(formatFigure(1234567)).toBe('1\u202f234\u202f567')
    expect(formatFigure(5.5)).toBe('5.5')
    expect(formatFigure(0)).toBe('0')
  })
})

describe('the draft of a first report', () => {
  const input = { form: 'first' as const, incident, figures: { light_injured: figure('light_injured', 3), dead: figure('dead', 0, '镇政府'), missing: figure('missing', null) }, responses: [], tasks: [], reports: [], now: base + 24 * 60_000 }
  it('says who said each number, calls the unknown unknown, and never writes it as zero', () => {
    const text = draftReport(input, words, 'zh')
    expect(text).toContain('2026年3月1日02时12分，沧源县芒卡镇发生沧源5.5级地震（天然地震）。')
    expect(text).toContain('截至2026年3月1日02时24分，轻伤3人（孟定卫生院，02:20）；死亡0人（镇政府，02:20）。')
    expect(text).toContain('失踪、被困、重伤、转移情况未知，正在核实。')
    expect(text).toContain('初判为Ⅲ 较大')
  })
  it('names what is still missing', () => {
    expect(lacking(input)).toEqual(['metric:missing', 'metric:trapped', 'metric:serious_injured', 'metric:evacuated', 'course', 'point'])
  })
  it('exists in English too', () => {
    expect(draftReport(input, { ...words, metric: (key) => key }, 'en')).toMatch(/Not yet known and being verified: missing, trapped/)
  })
})

describe('the timeline', () => {
  it('holds each position once, newest first, whatever order they come in', () => {
    const line = (seq: number) => ({ seq }) as FactLine
    expect(joinFacts([line(3), line(2)], [line(4), line(3)]).map((fact) => fact.seq)).toEqual([4, 3, 2])
  })
})
