import { describe, expect, it } from 'vitest'
import type { ResourceRequest, Shelter } from '@/wire/objects'
import { fatigueOf } from './fatigue'
import type { FatigueRules } from './fatigue'
import { byItem, fillOf, placesOf, sortRequests } from './resources'
import type { Lot, Stock } from './resources'

const lot = (over: Partial<Lot>): Lot => ({
  id: 'l', depot: 'd1', item: 'tent_12', lot_no: '1', expires_on: null, expiry: 'none', received: 10, adjusted: 0, free: 10,
  committed: 0, out: 0, used: 0, discarded: 0, counted_at: null, illustrative: true, ...over,
})
const stock = (lots: Lot[]): Stock => ({ at: '', depots: [], lots, offered: [{ depot: 'd1', item: 'tent_12', quantity: 4 }], outlook: [], holds: [] })
const shelter = (over: Partial<Shelter>): Shelter =>
  ({ id: 's', state: 'open', capacity: 100, occupied: null, promised: 0, reserved: 0, ...over }) as Shelter

describe('stock', () => {
  it('never counts what has expired as free', () => {
    const [row] = byItem(stock([lot({}), lot({ expiry: 'expired', free: 7 }), lot({ expiry: 'soon', free: 3, depot: 'd2' })]), '')
    expect([row?.free, row?.expired, row?.soon, row?.offered]).toEqual([13, 7, 3, 4])
  })
  it('looks at one depot alone', () => {
    const [row] = byItem(stock([lot({}), lot({ depot: 'd2', free: 5 })]), 'd2')
    expect([row?.free, row?.offered]).toEqual([5, 0])
  })
})

describe('shelters', () => {
  it('says unknown where nobody has reported', () => {
    expect(fillOf(shelter({}), 0.85)).toBe('unknown')
    expect(fillOf(shelter({ occupied: 84 }), 0.85)).toBe('free')
    expect(fillOf(shelter({ occupied: 60, promised: 30 }), 0.85)).toBe('nearly')
    expect(fillOf(shelter({ occupied: 60, promised: 40 }), 0.85)).toBe('full')
    expect(fillOf(shelter({ occupied: 60, promised: 20, reserved: 20 }), 0.85)).toBe('full')
    expect(fillOf(shelter({ occupied: 101 }), 0.85)).toBe('over')
  })
  it('adds what is known and counts what is not', () => {
    expect(placesOf([shelter({ occupied: 40 }), shelter({}), shelter({ state: 'standby' })])).toEqual({ open: 2, capacity: 200, occupied: 40, unknown: 1 })
  })
})

describe('requests', () => {
  it('puts what nobody has covered first, lives before the rest', () => {
    const one = (id: string, over: Partial<ResourceRequest>) => ({ id, state: 'asked', open_need: 1, priority: 'normal', made_at: id, ...over }) as ResourceRequest
    const sorted = sortRequests([one('a', { state: 'closed', open_need: 0 }), one('b', { open_need: 0, state: 'covered' }), one('c', {}), one('d', { priority: 'life' })])
    expect(sorted.map((each) => each.id)).toEqual(['d', 'c', 'b', 'a'])
  })
})

describe('fatigue', () => {
  const rules: FatigueRules = { default: { tiring_hours: 8, rest_hours_due: 12, exhausted_hours: 16, rest_hours: 8 }, kinds: {}, levels: [] }
  const start = Date.parse('2026-03-01T00:00:00Z')
  const at = (hours: number) => start + hours * 3_600_000
  const iso = (hours: number) => new Date(at(hours)).toISOString()

  it('counts from where the work began, and only a full rest ends it', () => {
    expect(fatigueOf({ kind: 'x' }, rules, at(5)).level).toBe('fresh')
    expect(fatigueOf({ kind: 'x', on_duty_since: iso(0) }, rules, at(13))).toEqual({ hours: 13, level: 'rest_due', restingUntil: null })
    expect(fatigueOf({ kind: 'x', on_duty_since: iso(0), rest_until: iso(21) }, rules, at(15)).hours).toBe(13)
    expect(fatigueOf({ kind: 'x', on_duty_since: iso(0), rest_until: iso(21) }, rules, at(21)).level).toBe('fresh')
  })
})
