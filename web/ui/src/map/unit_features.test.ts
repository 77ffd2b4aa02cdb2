import { expect, it, vi } from 'vitest'
import type { Unit } from '@/wire/objects'
import type { WherePosition } from './features'
import { UnitFeatures } from './unit_features'

const NOW = Date.parse('2026-03-01T10:00:00Z')
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString()

function unit(id: string, status = 'en_route', more: Partial<Unit> = {}): Unit {
  return { id, call_sign: id, kind: 'police', status, point: null, seen_at: null, ...more } as Unit
}
const at = (lon: number, minutes = 0): WherePosition => ({ lon, lat: 23.5, at: ago(minutes) })
const words = (one: Unit, _seen: number | null, old: boolean) => (old ? `${one.call_sign} old` : `${one.call_sign} ${one.status}`)

it('asks for words once while only positions change, and puts the unit where it is now', () => {
  const features = new UnitFeatures()
  const asked = vi.fn(words)
  const units = [unit('a'), unit('b', 'on_scene')]
  features.make(units, { a: at(99), b: at(99.5) }, NOW, asked, 'zh')
  const second = features.make(units, { a: at(99.1), b: at(99.5) }, NOW, asked, 'zh')
  expect(asked).toHaveBeenCalledTimes(2)
  expect(second.features.map((one) => one.geometry)).toEqual([
    { type: 'Point', coordinates: [99.1, 23.5] },
    { type: 'Point', coordinates: [99.5, 23.5] },
  ])
  expect(second.features[0]?.properties).toMatchObject({ id: 'a', kind: 'unit', icon: 'unit|警|go', title: 'a en_route', busy: true })
})

it('draws a unit anew when its state, its words or the tongue are others', () => {
  const features = new UnitFeatures()
  const where = { a: at(99) }
  features.make([unit('a')], where, NOW, words, 'zh')
  const arrived = features.make([unit('a', 'on_scene')], where, NOW, words, 'zh')
  expect(arrived.features[0]?.properties).toMatchObject({ icon: 'unit|警|ok', title: 'a on_scene' })
  const renamed = features.make([unit('a', 'on_scene', { call_sign: 'A1' })], where, NOW, words, 'zh')
  expect(renamed.features[0]?.properties?.title).toBe('A1 on_scene')
  const english = features.make([unit('a', 'on_scene', { call_sign: 'A1' })], where, NOW, words, 'en')
  expect(english.features[0]?.properties?.icon).toBe('unit|P|ok')
})

it('shows a position as old once it is, with words that grow older, and as new again when one comes', () => {
  const features = new UnitFeatures()
  const units = [unit('a')]
  const where = { a: at(99, 9) }
  const ages = (one: Unit, seen: number | null, old: boolean) => (old ? `${one.call_sign} ${(NOW - (seen ?? 0)) / 60_000}` : 'fresh')
  const asked = vi.fn(ages)
  expect(features.make(units, where, NOW, asked, 'zh').features[0]?.properties?.icon).toBe('unit|警|go')
  const later = features.make(units, where, NOW + 2 * 60_000, asked, 'zh')
  expect(later.features[0]?.properties).toMatchObject({ icon: 'unit|警|stale', title: 'a 9' })
  features.make(units, where, NOW + 3 * 60_000, asked, 'zh')
  expect(asked).toHaveBeenCalledTimes(3)
  expect(features.make(units, { a: at(99.2) }, NOW, asked, 'zh').features[0]?.properties?.icon).toBe('unit|警|go')
})

it('leaves out whom nobody has seen, and who is gone', () => {
  const features = new UnitFeatures()
  const home = unit('home', 'available', { point: { lon: 99, lat: 23 }, seen_at: ago(60) })
  const first = features.make([unit('never'), home, unit('b')], { b: at(99) }, NOW, words, 'zh')
  expect(first.features.map((one) => one.properties?.id)).toEqual(['home', 'b'])
  expect(first.features[0]?.properties).toMatchObject({ icon: 'unit|警|idle', title: '', busy: false })
  expect(features.make([home], {}, NOW, words, 'zh').features).toHaveLength(1)
})
