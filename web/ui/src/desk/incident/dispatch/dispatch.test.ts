import { describe, expect, it } from 'vitest'
import { best, lines, sent, withoutLines, wire } from './dispatch'
import type { Answer, Course, Need, Pick } from './dispatch'

const pick = (unit: string, over: Partial<Pick> = {}): Pick => ({
  need_id: 'n1', incident_id: 'i1', unit_id: unit, call_sign: unit, name_en: unit, department: 'FRB', crew: 10, gives: 1, from: { lon: 99, lat: 23 }, seen_at: null,
  state: 'road', minutes: 12, minutes_range: [10, 18], distance_m: 9000, straight_m: 7000, reason: null, arrives_at: null, hazard_minutes: null,
  rest: { hours: 0, level: 'fresh', zh: '', en: '' }, way_zh: '', way_en: '', why: [], line: [[99, 23], [99.1, 23]], ...over,
})
const course = (picks: Pick[]): Course => ({
  key: 'fastest', same_as: null, zh: '最快', en: 'Fastest', about_zh: '', about_en: '', picks, needs: [], first_min: 12, t90_min: null, met_share: 1, short: 0, cover: [],
  hazard_minutes: null, tired: 0, rest_unknown: 0, time_unknown: 0, solved: { by: 'optimum', value: 1, bound: 1, greedy: 1, gap: 0, optimal: true },
})

describe('who is sent', () => {
  it('is the course without what was taken out and with what was put in, of this incident alone', () => {
    const own = { need_id: 'n1', unit_id: 'c', minutes: null, own: true }
    const all = sent(course([pick('a'), pick('b'), pick('x', { incident_id: 'i2' })]), 'i1', new Set(['b']), new Map([['c', own]]))
    expect(all.map((one) => one.unit_id)).toEqual(['a', 'c'])
  })
  it('goes without a draft’s own figures', () => {
    const need: Need = { id: 'n1', incident_id: 'i1', title: '灭火', title_en: '', capability: 'fire', amount: 2, measure: 'units', priority: 'life', by_minutes: null, point: null, task_id: null, source: {}, low: 2, high: 9, at_work: 0 }
    expect(Object.keys(wire(need))).not.toContain('low')
    expect(wire(need).title_en).toBe('灭火')
  })
})

describe('the map and the record', () => {
  it('draws a road, or a straight line where none is known', () => {
    const drawn = lines(course([pick('a'), pick('b', { line: null })]), [], new Set(), { lon: 99.3, lat: 23.4 })
    expect(drawn.map((one) => one.properties?.part)).toEqual(['route', 'straight'])
  })
  it('keeps no lines', () => {
    const answer = { courses: [course([pick('a')])] } as unknown as Answer
    expect(JSON.stringify(withoutLines(answer))).not.toContain('"line"')
  })
})

describe('the best figure', () => {
  it('is not claimed when all are equal, or none is known', () => {
    expect(best([3, 3, 3])).toBeNull()
    expect(best([null, null])).toBeNull()
    expect(best([null, 4, 9])).toBe(4)
  })
})
