import { describe, expect, it } from 'vitest'
import { arrangedLayer, faded } from './arranged'
import { PLAIN, dimmed, isOn, isPlain, opacityOf, ordered, placed, readArrangement, restored, stateOf, switched } from './arrangement'
import type { LayerSpecification } from './maplibre'
import { LIVE_ROWS, REFERENCE_ROWS, cityParts, rowOf } from './rows'
import { buildStyle } from './style'
import { paletteOf } from './palette'

describe('what somebody arranged', () => {
  it('is read as far as it can be read, whatever stands in the store', () => {
    for (const text of [null, '', 'null', '17', '"off"', '{', '[]', '{"off":7,"opacity":[],"order":{},"folded":null}']) expect(readArrangement(text)).toEqual(PLAIN)
    const kept = { off: ['roads', 7, 'roads'], opacity: { units: 0.4, rivers: 'much', calls: -3, alerts: null }, order: ['b', 'a'], folded: ['city'], open: true }
    expect(readArrangement(JSON.stringify(kept))).toEqual({ off: ['roads'], opacity: { units: 0.4, calls: 0.1 }, order: ['b', 'a'], folded: ['city'], open: true })
  })

  it('switches one row or a group, which is on, off or mixed', () => {
    const rows = ['units', 'calls']
    expect(stateOf(PLAIN, rows)).toBe('on')
    const one = switched(PLAIN, ['calls'], false)
    expect([stateOf(one, rows), isOn(one, 'units'), isOn(one, 'calls')]).toEqual(['mixed', true, false])
    const none = switched(one, rows, false)
    expect(none.off).toEqual(['units', 'calls'])
    expect(stateOf(none, rows)).toBe('off')
    expect(switched(none, rows, true).off).toEqual([])
  })

  it('dims between a tenth and the whole, and forgets what is whole', () => {
    const dim = dimmed(PLAIN, 'rivers', 0.02)
    expect(opacityOf(dim, 'rivers')).toBe(0.1)
    expect(dimmed(dim, 'rivers', 1).opacity).toEqual({})
    expect(restored({ ...dim, folded: ['city'] })).toEqual({ ...PLAIN, folded: ['city'] })
    expect([isPlain(dim), isPlain(restored(dim))]).toEqual([false, true])
  })

  it('orders the city layers: the new above, the gone remembered', () => {
    const names = ['old', 'mid', 'new']
    expect(ordered(PLAIN, names)).toEqual(['new', 'mid', 'old'])
    const sunk = placed(PLAIN, names, 'new', 2)
    expect(ordered(sunk, names)).toEqual(['mid', 'old', 'new'])
    expect(ordered(sunk, [...names, 'fresh'])).toEqual(['fresh', 'mid', 'old', 'new'])
    const without = placed(sunk, ['mid', 'new'], 'new', 0)
    expect(ordered(without, ['mid', 'new'])).toEqual(['new', 'mid'])
    expect(without.order).toContain('old')
    expect(ordered(placed(sunk, names, 'mid', 99), names)).toEqual(['old', 'new', 'mid'])
  })
})

describe('a strength that is a share of the full one', () => {
  it('multiplies what an expression gives, never the zoom that it stands on', () => {
    expect(faded(0.8, 0.5)).toBe(0.4)
    expect(faded(['interpolate', ['linear'], ['zoom'], 7, ['case', true, 0.25, 0.8], 10, 0.85], 0.5)).toEqual(
      ['interpolate', ['linear'], ['zoom'], 7, ['*', 0.5, ['case', true, 0.25, 0.8]], 10, 0.425],
    )
    expect(faded(['step', ['zoom'], 0.2, 8, 1], 0.5)).toEqual(['step', ['zoom'], 0.1, 8, 0.5])
    expect(faded(['get', 'fill'], 0.3)).toEqual(['*', 0.3, ['get', 'fill']])
  })

  it('is kept with the layer, so that it can be undone on the map', () => {
    const layer = { id: 'rivers', type: 'line', source: 'rivers', paint: { 'line-opacity': 0.8 } } as unknown as LayerSpecification
    const dim = arrangedLayer(layer, { ...switched(PLAIN, ['rivers'], false), opacity: { rivers: 0.5 } })
    expect(dim).toMatchObject({ layout: { visibility: 'none' }, paint: { 'line-opacity': 0.4 }, metadata: { row: 'rivers', full: { 'line-opacity': 0.8 } } })
    const ground = { id: 'ground', type: 'background' } as unknown as LayerSpecification
    expect(arrangedLayer(ground, PLAIN)).toBe(ground)
  })
})

describe('the rows', () => {
  it('name only layers that the style has, and every layer that shows something has a row', () => {
    const unswitched = ['ground', 'sketch-fill', 'sketch-line', 'sketch-corners', 'reach-fill', 'reach-line', 'counted-fill', 'counted-line', 'route-case', 'route', 'route-straight', 'road-here', 'asked-here', 'resource-chosen', 'resource-chosen-beds', 'resource-chosen-depots']
    for (const layer of buildStyle(paletteOf('dark'), 'zh', PLAIN).layers) expect([layer.id, rowOf(layer.id) === null]).toEqual([layer.id, unswitched.includes(layer.id)])
    expect(rowOf('units-idle')).toBe('units')
    expect(rowOf('city:schools:point')).toBe('city:schools')
    expect(cityParts('a')).toEqual(['city:a:area', 'city:a:line', 'city:a:point', 'city:a:name'])
    const all = [...Object.values(LIVE_ROWS), ...Object.values(REFERENCE_ROWS)].flat()
    expect(new Set(all).size).toBe(all.length)
  })
})
