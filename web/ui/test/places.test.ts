import { describe, expect, it } from 'vitest'
import { pointOf, pointToSend, settled } from '@/places/place'
import { inOrder, ownMatches } from '@/places/search'
import { lastBefore, trackLines, whereThen } from '@/places/tracks'
import type { FoundPlace } from '@/places/place'
import type { TrackFix } from '@/places/tracks'
import type { IncidentHead, Unit } from '@/wire/objects'

const TRACK: TrackFix[] = [[100, 99, 23, 5], [110, 99.1, 23, null], [1000, 99.2, 23, 8]]

describe('tracks', () => {
  it('finds the last fix before a time', () => {
    expect([50, 100, 105, 110, 5000].map((at) => lastBefore(TRACK, at))).toEqual([-1, 0, 0, 1, 2])
    expect(lastBefore([], 1)).toBe(-1)
  })
  it('goes on between two fixes, and stays where nothing was heard for long', () => {
    expect(whereThen({ u: TRACK }, 105).u?.lon).toBeCloseTo(99.05)
    const lost = whereThen({ u: TRACK }, 600).u
    expect(lost?.lon).toBe(99.1)
    expect(lost?.at).toBe(new Date(110_000).toISOString())
    expect(whereThen({ u: TRACK }, 50)).toEqual({})
  })
  it('breaks the line at a gap', () => {
    expect(trackLines({ u: TRACK }, 2000).features[0]?.geometry).toEqual({ type: 'MultiLineString', coordinates: [[[99, 23], [99.1, 23]]] })
    expect(trackLines({ u: TRACK }, 100).features).toEqual([])
  })
})

describe('points', () => {
  it('are sent as they were given', () => {
    const given = { lon: 98.93, lat: 23.47, origin: 'GCJ02' as const }
    const point = pointOf({ lon: 98.9296, lat: 23.4729, given })
    expect(point.origin).toBe('WGS84')
    expect(pointToSend(point)).toEqual(given)
    // What a picture holds was converted already: its origin must not be undone a second time.
    expect(pointToSend({ lon: 1, lat: 2, origin: 'GCJ02' })).toEqual({ lon: 1, lat: 2, origin: 'WGS84' })
  })
  it('lose the doubt that was settled', () => {
    const doubt = (code: string) => ({ code, zh: '', en: '', instead: [] })
    expect(settled([doubt('swapped'), doubt('order_guessed'), doubt('system_unsaid')], 'swapped').map((one) => one.code)).toEqual(['system_unsaid'])
  })
})

describe('own objects', () => {
  const incident = { id: 'i', title: '孟定糖厂爆炸', no: '2026-001', place: '孟定镇', status: 'open', point: null } as unknown as IncidentHead
  const unit = { id: 'u', call_sign: '消防-孟定-1', code: null, name: '孟定消防站', name_en: 'Mengding', phone: '138', point: { lon: 1, lat: 2 } } as unknown as Unit
  it('are found by name, number and telephone, the position that is newest', () => {
    expect(ownMatches('孟定', [incident], [unit], {}).map((one) => one.kind)).toEqual(['incident', 'unit'])
    expect(ownMatches('138', [incident], [unit], { u: { lon: 5, lat: 6 } })[0]).toMatchObject({ kind: 'unit', lon: 5 })
    expect(ownMatches('', [incident], [unit], {})).toEqual([])
    const place = { kind: 'township', match: 'name' } as unknown as FoundPlace
    const alike = { kind: 'shop', match: 'alike' } as unknown as FoundPlace
    const rows = inOrder(ownMatches('消防', [], [unit], {}), [place, alike])
    expect(rows.map((row) => row.place?.match ?? row.own?.kind)).toEqual(['name', 'unit', 'alike'])
    expect(inOrder(ownMatches('消防-孟定-1', [], [unit], {}), [place]).map((row) => row.own?.kind)).toEqual(['unit', undefined])
    expect(ownMatches('什么', [incident], [unit], {})).toEqual([])
  })
})
