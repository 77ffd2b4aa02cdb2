import { describe, expect, it } from 'vitest'
import { areaM2, distanceM, formatArea, formatLength, lengthM } from './geodesic'
import type { LonLat } from './geodesic'
import { added, emptySketch, geometryOf, inserted, measure, moved, sketchOf, without, withoutLast } from './sketch'

const SQUARE: LonLat[] = [[99, 23.5], [99.1, 23.5], [99.1, 23.6], [99, 23.6]]

describe('measures on the ellipsoid agree with the server (pyproj 3.7, geodesics of WGS 84)', () => {
  it('lengths to a millimetre', () => {
    expect(distanceM([99, 23], [99, 24])).toBeCloseTo(110751.0753, 3)
    expect(distanceM([98.6, 23.5], [100.6, 23.5])).toBeCloseTo(204280.4209, 3)
    expect(distanceM([99, 23], [99, 23])).toBe(0)
  })

  it('areas to a thousandth', () => {
    expect(areaM2(SQUARE) / 113080277).toBeCloseTo(1, 3)
    expect(areaM2([...SQUARE].reverse())).toBeCloseTo(areaM2(SQUARE), 0)
    expect(areaM2(SQUARE.slice(0, 2))).toBe(0)
  })

  it('in words with their unit', () => {
    expect([formatLength(12.34), formatLength(850.4), formatLength(1234.5), formatLength(204254)]).toEqual(['12.3 m', '850 m', '1.23 km', '204.3 km'])
    expect([formatArea(812.4), formatArea(1_234_567), formatArea(113_080_277)]).toEqual(['812 m²', '1.235 km²', '113.1 km²'])
  })
})

describe('a shape under the pointer', () => {
  it('is GeoJSON as soon as it has enough vertices, closed by its first', () => {
    let area = emptySketch('area')
    for (const at of SQUARE.slice(0, 2)) area = added(area, at)
    expect(geometryOf(area)).toBeNull()
    area = added(area, [99.1, 23.6])
    expect(geometryOf(area)).toEqual({ type: 'Polygon', coordinates: [[[99, 23.5], [99.1, 23.5], [99.1, 23.6], [99, 23.5]]] })
    expect(added(area, [99.1, 23.6])).toBe(area)
    expect(geometryOf(withoutLast(area))).toBeNull()
  })

  it('has vertices that are moved, put in and taken away, never below what a shape needs', () => {
    const line = { ...emptySketch('line'), paths: [[[99, 23], [99.1, 23]] as LonLat[]] }
    const bent = inserted(line, 0, 1, [99.05, 23.1])
    expect(bent.paths[0]).toEqual([[99, 23], [99.05, 23.1], [99.1, 23]])
    expect(moved(bent, 0, 1, [99.06, 23.123456789]).paths[0]?.[1]).toEqual([99.06, 23.1234568])
    expect(without(bent, 0, 1)?.paths[0]).toHaveLength(2)
    expect(without(line, 0, 0)).toBeNull()
  })

  it('comes back as it went in, with holes and several parts', () => {
    const hole = [[99.02, 23.52], [99.04, 23.52], [99.04, 23.54], [99.02, 23.52]]
    const outer = [...SQUARE, SQUARE[0] as LonLat]
    for (const geometry of [
      { type: 'Polygon' as const, coordinates: [outer, hole] },
      { type: 'MultiPolygon' as const, coordinates: [[outer, hole], [[[100, 23], [100.1, 23], [100.1, 23.1], [100, 23]]]] },
      { type: 'LineString' as const, coordinates: SQUARE },
      { type: 'Point' as const, coordinates: [99, 23] },
    ]) {
      const sketch = sketchOf(geometry)
      expect(sketch && geometryOf(sketch)).toEqual(geometry)
    }
  })

  it('measures with the pointer as its next vertex, and without its holes', () => {
    const line = { ...emptySketch('line'), paths: [[[99, 23]] as LonLat[]] }
    expect(measure(line, [99, 24]).length).toBeCloseTo(lengthM([[99, 23], [99, 24]]), 3)
    const outer = [...SQUARE, SQUARE[0] as LonLat]
    const hole = [[99.02, 23.52], [99.04, 23.52], [99.04, 23.54], [99.02, 23.52]]
    const whole = sketchOf({ type: 'Polygon', coordinates: [outer] })
    const holed = sketchOf({ type: 'Polygon', coordinates: [outer, hole] })
    expect(whole && holed && (measure(whole, null).area ?? 0) - (measure(holed, null).area ?? 0)).toBeCloseTo(areaM2(hole.slice(0, 3) as LonLat[]), 0)
  })
})
