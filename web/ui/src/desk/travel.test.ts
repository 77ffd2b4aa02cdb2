import { describe, expect, it } from 'vitest'
import { hasMoved, sortByTravel, timesOf } from './travel'
import type { MatrixAnswer, Travel } from './travel'

const answer = {
  origins: ['a', 'b'],
  seconds: [[600], [null]],
  straight_m: [[5000], [700]],
  reasons: [{ origin: 'b', target: 'site', reason: 'cut_off' }],
  basis: { range: { low: 0.85, high: 1.5 } },
} as unknown as MatrixAnswer

describe('how long the units need', () => {
  it('gives a time with its range, or a straight line with its reason', () => {
    const times = timesOf(answer)
    expect(times.get('a')).toEqual({ seconds: 600, range: [510, 900], straight_m: 5000, reason: null })
    expect(times.get('b')).toEqual({ seconds: null, range: null, straight_m: 700, reason: 'cut_off' })
  })

  it('puts the quicker before the nearer, and what has no time or no place behind', () => {
    const of: Record<string, Travel | null> = {
      nowhere: null,
      beside: { seconds: null, range: null, straight_m: 300, reason: 'cut_off' },
      slow: { seconds: 900, range: null, straight_m: 1000, reason: null },
      quick: { seconds: 300, range: null, straight_m: 4000, reason: null },
      away: { seconds: null, range: null, straight_m: 9000, reason: 'too_far' },
    }
    expect(sortByTravel(Object.keys(of), (id) => of[id] ?? null)).toEqual(['quick', 'slow', 'beside', 'away', 'nowhere'])
  })

  it('asks again about a unit that has gone on, not about one that stands', () => {
    const before = [{ id: 'a', lon: 99, lat: 23 }]
    expect(hasMoved(before, [{ id: 'a', lon: 99.0005, lat: 23 }])).toBe(false)
    expect(hasMoved(before, [{ id: 'a', lon: 99.005, lat: 23 }])).toBe(true)
  })
})
