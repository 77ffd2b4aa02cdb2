import { describe, expect, it } from 'vitest'
import { readView, samePlace, viewFrame } from './view'

describe('what the presenter shows', () => {
  it('is a few hundred bytes and comes back as it went', () => {
    const frame = viewFrame(true, 'options', { lon: 98.930_041_7, lat: 23.470_055, zoom: 9.123_45 })
    expect(JSON.stringify(frame).length).toBeLessThan(200)
    const heard = readView({ ...frame, by: { id: 'account:1', name: '王主任' }, at: '2026-03-01T02:00:00.000000Z' })
    expect(heard).toEqual({
      on: true,
      section: 'options',
      map: { lon: 98.93, lat: 23.4701, zoom: 9.12 },
      by: { id: 'account:1', name: '王主任' },
      at: '2026-03-01T02:00:00.000000Z',
    })
  })

  it.each([null, 'x', {}, { on: true, section: 'nowhere' }, { on: 1, section: 'tasks' }])('ignores what is no view: %j', (item) => {
    expect(readView(item)).toBeNull()
  })

  it('keeps the section when the place makes no sense', () => {
    expect(readView({ on: true, section: 'tasks', map: { lon: 400, lat: 1, zoom: 3 } })?.map).toBeNull()
  })

  it('does not take a still hand for a movement', () => {
    expect(samePlace({ lon: 98.930_01, lat: 23.47, zoom: 9 }, { lon: 98.930_02, lat: 23.47, zoom: 9.001 })).toBe(true)
    expect(samePlace({ lon: 98.93, lat: 23.47, zoom: 9 }, { lon: 98.94, lat: 23.47, zoom: 9 })).toBe(false)
    expect(samePlace(null, null)).toBe(true)
    expect(samePlace(null, { lon: 1, lat: 1, zoom: 1 })).toBe(false)
  })
})
