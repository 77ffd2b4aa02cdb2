import { describe, expect, it } from 'vitest'
import { kilometres } from '../distance'
import { circle, draw, feature, km, minutes, offRoad, open, overlay, query, useQuestion } from './around'
import type { Leg } from './around'

const leg = (off_from_m: number | null, off_to_m: number | null): Leg =>
  ({ state: 'road', reason: null, seconds: 60, seconds_range: [50, 90], distance_m: 900, straight_m: 800, bearing_deg: 0, off_from_m, off_to_m, zh: '', en: '' })

describe('around a place', () => {
  it('never says fewer minutes than it takes', () => {
    expect([0, 1, 60, 61, 3599].map(minutes)).toEqual([1, 1, 1, 2, 60])
    expect([km(20), km(960), km(12_345), km(123_456)]).toEqual(['<0.1', '1.0', '12.3', '123'])
  })

  it('says what of a way is no road, when it is worth saying', () => {
    expect(offRoad(leg(10, 25))).toBeNull()
    expect(offRoad(leg(null, 400))).toBe(400)
    expect(offRoad(leg(120, 400))).toBe(520)
  })

  it('draws a circle of that radius', () => {
    const at = { lon: 99.1, lat: 23.5 }
    for (const corner of circle(at, 5000).coordinates[0] ?? []) {
      expect(kilometres(at, { lon: corner[0] ?? 0, lat: corner[1] ?? 0 })).toBeCloseTo(5, 1)
    }
  })

  it('shows its answers on the map only while it is open', () => {
    draw('route', [feature({ type: 'Point', coordinates: [99, 23] }, { part: 'here' })])
    open.value = false
    expect(overlay.value.features).toEqual([])
    open.value = true
    expect(overlay.value.features).toHaveLength(1)
    draw('route', [])
    expect(overlay.value.features).toEqual([])
  })

  it('leaves out what was not given', () => {
    expect(query({ lon: 99.5, lat: 23, who: null, n: undefined, what: 'a,b' })).toBe('lon=99.5&lat=23&what=a%2Cb')
  })

  it('keeps the later answer when an earlier one comes late', async () => {
    const question = useQuestion<string>()
    let late: (value: string) => void = () => undefined
    const first = question.ask(() => new Promise((resolve) => { late = resolve }))
    await question.ask(() => Promise.resolve('second'))
    late('first')
    await first
    expect(question.answer.value).toBe('second')
    await question.ask(() => Promise.reject(new Error('no')))
    expect(question.answer.value).toBeNull()
    expect(question.problem.value?.detail).toContain('no')
  })
})
