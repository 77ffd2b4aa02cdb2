import { describe, expect, it } from 'vitest'
import { sayIn } from '@/i18n'
import type { Locale } from '@/i18n/locale'
import type { DepotStock, Means } from '@/resources/means'
import type { Hospital } from '@/resources/resources'
import type { Shelter } from '@/wire/objects'
import { paletteOf } from './palette'
import { RANK, bedFeatures, bedState, bedsOf, chosenFeature, depotFeatures, shelterFeatures, shelterState } from './resource_features'
import type { Told } from './resource_features'
import { badgeOf, resourceMark } from './resource_icons'
import { GATHERING, quietLayers, shelterLayers } from './resource_layers'
import { LIVE_ROWS } from './rows'
import { CLICKABLE } from './style'

const NOW = Date.parse('2026-03-01T02:10:00Z')
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString()
const told = (tongue: Locale = 'zh'): Told => ({
  tongue, now: NOW, limits: { nearly: 0.85, shelterStaleMs: 120 * 60_000, bedsStaleMs: 12 * 3_600_000 },
  say: (key, named) => sayIn(tongue, key, named), age: (at) => `${(NOW - Date.parse(at)) / 60_000} min`, name: (one) => (one as Record<string, string>)[`name_${tongue}`] ?? '',
})
const shelter = (over: Partial<Shelter>): Shelter =>
  ({ id: 's', name_zh: '孟定中学', name_en: 'Mengding School', state: 'open', capacity: 200, occupied: null, promised: 0, reserved: 0, reported_at: ago(5), point: { lon: 99.08, lat: 23.55, origin: 'WGS84' }, ...over }) as Shelter
const ward = (available: number | null, total = 20) => ({ total, available, extra_24h: null, reported_at: available === null ? null : ago(10) })
const hospital = (wards: Hospital['wards'], over: Partial<Hospital> = {}): Hospital =>
  ({ id: 'h', name_zh: '耿马县医院', name_en: 'Gengma Hospital', emergency: null, reported_at: ago(10), point: { lon: 99.4, lat: 23.54, origin: 'WGS84' }, wards, ...over }) as Hospital

describe('shelters on the map', () => {
  it('each stand by shape and words, and nobody counted is no nought', () => {
    const all = [
      shelter({ id: 'free', occupied: 12 }), shelter({ id: 'nearly', occupied: 150, reserved: 30 }), shelter({ id: 'full', occupied: 12, reserved: 100, promised: 88 }),
      shelter({ id: 'over', occupied: 230 }), shelter({ id: 'unknown', reported_at: null }), shelter({ id: 'nobody', occupied: 0 }),
      shelter({ id: 'standby', state: 'standby' }), shelter({ id: 'unusable', state: 'unusable' }),
    ]
    const { open, idle } = shelterFeatures(all, told())
    expect(open.features.map((one) => [one.properties?.id, one.properties?.state, one.properties?.short])).toEqual([
      ['free', 'free', '12/200'],
      ['nearly', 'nearly', '接近满员 150+30/200'],
      ['full', 'full', '满员 12+188/200'],
      ['over', 'over', '超员 230/200'],
      ['unknown', 'unknown', '人数未报 / 容纳 200'],
      ['nobody', 'free', '0/200'],
    ])
    expect(open.features[0]).toMatchObject({ geometry: { type: 'Point', coordinates: [99.08, 23.55] }, properties: { kind: 'shelter', icon: 'shelter|free|避|', rank: RANK.free, title: '孟定中学\n12/200' } })
    expect(idle.features.map((one) => [one.properties?.state, one.properties?.title])).toEqual([['standby', '孟定中学\n可容纳 200 人'], ['unusable', '孟定中学\n不可用']])
    const icons = new Set([...open.features, ...idle.features].map((one) => String(one.properties?.icon).split('|')[1]))
    expect(new Set([...icons].map((one) => badgeOf(one ?? ''))).size).toBe(icons.size - 1) // room left and standing by differ by their filling alone, the rest by a sign
  })

  it('grow old, and say how old', () => {
    const { open } = shelterFeatures([shelter({ occupied: 12, reported_at: ago(180) })], told())
    expect(open.features[0]?.properties).toMatchObject({ icon: 'shelter|free|避|old', old: true, short: '12/200 · 180 min' })
    expect(shelterFeatures([shelter({ occupied: 12 })], told('en')).open.features[0]?.properties).toMatchObject({ icon: 'shelter|free|S|', title: 'Mengding School\n12/200' })
  })

  it('move with what is known of them', () => {
    expect(shelterState(shelter({}), 0.85)).toBe('unknown')
    expect(shelterState(shelter({ occupied: 200 }), 0.85)).toBe('full')
    expect(shelterState(shelter({ occupied: 200, state: 'unusable' }), 0.85)).toBe('unusable')
  })

  it('are gathered from afar with the worst of them in front', () => {
    expect(Object.keys(GATHERING.clusterProperties)).toEqual(['worst', 'full', 'unknown'])
    expect([RANK.free, RANK.unknown, RANK.nearly, RANK.full, RANK.over]).toEqual([0, 1, 2, 3, 4])
    const ids = [...quietLayers(paletteOf('dark')), ...shelterLayers(paletteOf('dark'), 'en')].map((layer) => (layer as { id: string }).id)
    expect([...ids].sort()).toEqual([...LIVE_ROWS.shelters, ...LIVE_ROWS.depots, ...LIVE_ROWS.beds].sort())
    for (const id of ids) expect(CLICKABLE).toContain(id)
    for (const icon of ['shelter|full|避|', 'shelters|over|避|', 'depot|soon|储', 'beds|none|床|old']) expect(resourceMark(icon, paletteOf('light'))).not.toBeNull()
    expect(resourceMark('unit|消|go', paletteOf('light'))).toBeNull()
  })
})

describe('hospitals on the map', () => {
  it('do not take an unreported ward for an empty one', () => {
    expect(bedState(hospital({ icu: ward(null) }))).toBe('unknown')
    expect(bedState(hospital({ icu: ward(0), burn: ward(null) }))).toBe('unknown')
    expect(bedState(hospital({ icu: ward(0), burn: ward(0) }))).toBe('none')
    expect(bedState(hospital({ icu: ward(2), burn: ward(null) }))).toBe('free')
    expect(bedState(hospital({ icu: ward(2) }, { emergency: 'diverting' }))).toBe('diverting')
    expect(bedsOf(hospital({ icu: ward(2), burn: ward(null) }))).toEqual({ free: 2, partly: true })
    expect(bedsOf(hospital({}))).toEqual({ free: null, partly: false })
    const words = (one: Hospital) => bedFeatures([one], told()).features[0]?.properties?.short as string
    expect(words(hospital({ icu: ward(null) }, { reported_at: null }))).toBe('空床未报')
    expect(words(hospital({ icu: ward(2), burn: ward(null) }))).toBe('空床 ≥2')
    expect(words(hospital({ icu: ward(0) }, { emergency: 'diverting', reported_at: ago(800) }))).toBe('分流 · 空床 0 · 800 min')
  })
})

describe('depots on the map', () => {
  it('say what expires, and where the opened one is', () => {
    const depot = { code: 'd', name_zh: '耿马库', name_en: 'Gengma', point: { lon: 99.39, lat: 23.53, origin: 'WGS84' }, rows: [{ free: 3 }, { free: 0 }], soon: 2, expired: 0 } as unknown as DepotStock
    expect(depotFeatures([depot], told()).features[0]?.properties).toMatchObject({ kind: 'depot', state: 'soon', title: '耿马库\n1 种可用 · 临期 2 批' })
    const means: Means = { shelters: [], depots: [depot], hospitals: [] }
    expect(chosenFeature(means, { kind: 'depot', id: 'd' }).features[0]?.geometry).toEqual({ type: 'Point', coordinates: [99.39, 23.53] })
    expect(chosenFeature(means, { kind: 'shelter', id: 'd' }).features).toEqual([])
    expect(chosenFeature(null, null).features).toEqual([])
  })
})
