import { describe, expect, it } from 'vitest'
import { elapsedMinutes, formatT, injectLines, otherSpeed, standings, ticksOf, type InjectLine } from './timeline'

const START = Date.parse('2026-11-05T18:10:00Z')

function inject(no: string, at: number, over: Partial<InjectLine> = {}): InjectLine {
  return {
    id: `i${no}`,
    no,
    due_at: new Date(START + at * 60_000).toISOString(),
    at_minutes: at,
    state: 'planned',
    method: 'phone',
    contingency: false,
    from_zh: '',
    from_en: '',
    to_zh: '',
    to_en: '',
    text_zh: '',
    text_en: '',
    expects_zh: '',
    expects_en: '',
    objective: '',
    delivered_at: null,
    delivered_by: null,
    reason: null,
    outcome: null,
    done: false,
    ...over,
  }
}

describe('the scenario’s timeline', () => {
  it('stands in the order of its times, tenth after second', () => {
    const lines = injectLines({ a: inject('10', 30), b: inject('2', 3), c: inject('1', 0), d: inject('3', 3) })
    expect(lines.map((line) => line.no)).toEqual(['1', '2', '3', '10'])
  })

  it('shows which one is next and which ones are held beyond their time', () => {
    const lines = injectLines({
      a: inject('1', 0, { state: 'delivered' }),
      b: inject('2', 3),
      c: inject('3', 6, { state: 'skipped' }),
      d: inject('4', 12),
      e: inject('5', 20),
    })
    expect([...standings(lines, START + 5 * 60_000).values()]).toEqual(['delivered', 'overdue', 'skipped', 'next', 'planned'])
  })

  it('counts from the exercise’s zero', () => {
    expect([0, 3, 70, -2].map(formatT)).toEqual(['T+0:00', 'T+0:03', 'T+1:10', 'T−0:02'])
    expect(elapsedMinutes(new Date(START).toISOString(), START + 90_000)).toBe(1.5)
  })

  it('marks the scale with at most a dozen steps', () => {
    expect(ticksOf(180).map((tick) => tick.minutes)).toEqual([0, 15, 30, 45, 60, 75, 90, 105, 120, 135, 150, 165, 180])
    expect(ticksOf(300).map((tick) => tick.minutes).slice(0, 3)).toEqual([0, 30, 60])
    expect(ticksOf(180).at(-1)?.x).toBe(1)
  })

  it('steps through the usual speeds', () => {
    expect([otherSpeed(1, 1), otherSpeed(1, -1), otherSpeed(120, 1), otherSpeed(7, 1), otherSpeed(7, -1)]).toEqual([2, 1, 120, 10, 5])
  })
})
