import { expect, it } from 'vitest'
import type { Shelter } from '@/wire/objects'
import { changedBy, depotsOf, hospitalsOf, newestShelters, onlyShelters } from './means'
import type { Depot, Hospital, Lot, Stock } from './resources'

const shelter = (id: string, version: number, occupied: number | null = null) => ({ id, version, occupied, state: 'open' }) as Shelter

it('takes of two words on a shelter the newer, wherever it came from', () => {
  const fetched = [shelter('a', 3, 10), shelter('b', 5, 20), shelter('c', 1)]
  const live = { a: shelter('a', 4, 12), b: shelter('b', 4, 19), d: shelter('d', 2, 1) }
  expect(newestShelters(fetched, live).map((one) => [one.id, one.version])).toEqual([['a', 4], ['b', 5], ['c', 1], ['d', 2]])
  expect(newestShelters(fetched, undefined)).toEqual(fetched)
  expect(onlyShelters(undefined)).toEqual({ shelters: [], depots: [], hospitals: [] })
})

it('shows depots that hold something, with what expires', () => {
  const lot = (depot: string, over: Partial<Lot>) => ({ id: `${depot}${over.expiry}`, depot, item: 'tent_12', expiry: 'none', free: 4, committed: 0, out: 0, received: 4, ...over }) as Lot
  const stock = { depots: ['a', 'b', 'c'].map((code) => ({ code }) as Depot), lots: [lot('a', {}), lot('a', { expiry: 'soon', free: 2 }), lot('b', { free: 0 }), lot('c', { expiry: 'expired' })], offered: [], outlook: [] } as unknown as Stock
  expect(depotsOf(stock).map((one) => [one.code, one.soon, one.expired, one.rows[0]?.free])).toEqual([['a', 1, 0, 6], ['c', 0, 1, 0]])
})

it('leaves out health centres that never reported a bed', () => {
  const all = [{ id: 'hospital-1', reported_at: null }, { id: 'clinic-1', reported_at: null }, { id: 'clinic-2', reported_at: 't' }] as Hospital[]
  expect(hospitalsOf(all).map((one) => one.id)).toEqual(['hospital-1', 'clinic-2'])
})

it('reads again only what a fact may have changed', () => {
  expect(changedBy('shelter.reported')).toEqual([])
  expect(changedBy('shelter.closed')).toEqual(['shelters'])
  expect(changedBy('beds.reported')).toEqual(['beds'])
  expect(changedBy('stock.counted')).toEqual(['depots'])
  expect(changedBy('request.committed')).toEqual(['shelters', 'depots'])
})
