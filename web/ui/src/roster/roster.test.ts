import { describe, expect, it } from 'vitest'
import { addDays, cellsOf, changeMinutes, keyPeriod, mondayOf, rosterDay, sortedPosts } from './roster'
import type { Roster } from './roster'

const post = (id: string, area = '5309') => ({ id, zh: id, en: id, area_code: area, holder: null, holder_since: null, how: null })

describe('the roster as a grid', () => {
  it('begins its day with the first change, in Beijing', () => {
    const change = changeMinutes(['08:30', '20:30'])
    expect(rosterDay('2026-03-01T00:29:00Z', change)).toBe('2026-02-28')
    expect(rosterDay('2026-03-01T00:30:00Z', change)).toBe('2026-03-01')
    expect(rosterDay('2026-03-01T16:00:00Z', change)).toBe('2026-03-01')
  })

  it('counts days and weeks over the end of a year', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(mondayOf('2026-03-01')).toBe('2026-02-23')
    expect(mondayOf('2026-03-02')).toBe('2026-03-02')
  })

  it('puts the city before counties and the leader before the clerk', () => {
    const sorted = sortedPosts([post('530926-primary', '530926'), post('standby'), post('primary'), post('530926-watch_commander', '530926'), post('duty_leader')])
    expect(sorted.map((one) => one.id)).toEqual(['duty_leader', 'primary', 'standby', '530926-watch_commander', '530926-primary'])
  })

  it('knows what is not planned from what is empty, and key periods', () => {
    const shift = { id: 's', post: 'primary', seat: 1, starts_at: '2026-09-30T00:30:00Z', ends_at: '2026-10-01T00:30:00Z', person_id: null, origin: 'hand' as const, note: null, version: 1 }
    const roster = {
      first: '2026-09-30', days: 2, posts: [post('primary')], shifts: [shift],
      gaps: [{ post: 'primary', seat: 1, starts_at: '2026-10-01T00:30:00Z', ends_at: '2026-10-02T00:30:00Z' }],
      rules: { change_at: ['08:30'], key_periods: [{ id: 'n', zh: '国庆', en: 'National Day', from: '10-01', to: '10-07' }] },
    } as unknown as Roster
    const cells = cellsOf(roster)
    expect(cells.get('primary 2026-09-30')?.shifts).toHaveLength(1)
    expect(cells.get('primary 2026-10-01')?.gaps).toHaveLength(1)
    expect(keyPeriod(roster, '2026-09-30')).toBeNull()
    expect(keyPeriod(roster, '2026-10-01')?.zh).toBe('国庆')
  })
})
