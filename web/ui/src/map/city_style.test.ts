import { describe, expect, it, vi } from 'vitest'
import { drawnAt } from './city_layers'
import type { CityLayer } from './city_layers'
import { cityDrawing, citySource, colourOf, markOf } from './city_style'
import { paletteOf } from './palette'

vi.mock('./maplibre', () => ({ MAP_FONT: ['Noto Sans CJK SC'] }))
vi.stubGlobal('location', { origin: 'http://centre.test' })

const layer: CityLayer = {
  name: 'shelters', kind: 'city', title_zh: '避难场所', title_en: 'Shelters', owner: '市民政局', department: null, readers: [], source: '台账', source_en: 'register',
  licence: '内部', date: '2026-02-01', illustrative: false, sensitivity: 'internal', label: '名称', version: 7, number: 2, features: 900, geometries: { Point: 900 },
  attributes: [], zooms: [1, 1, 2, 4, 9, 30, 80, 200, 600, 900], extent: [99, 23, 99, 23], crs: 'EPSG:4326', origin: 'WGS84', format: 'csv', file_name: 'a.csv',
  imported_at: '2026-03-01T02:00:00Z', imported_by: 'x', tiles: '/tiles/shelters/{z}/{x}/{y}.mvt?v=v7', may_change: false,
}

describe('a city’s layer on the map', () => {
  it('keeps its colour whatever else is loaded, in both themes', () => {
    expect(colourOf('shelters', 'dark')).toBe(colourOf('shelters', 'dark'))
    expect(colourOf('shelters', 'light')).not.toBe(colourOf('shelters', 'dark'))
  })

  it('says what it is by its mark', () => {
    expect(markOf({ geometries: { Point: 3 } })).toBe('point')
    expect(markOf({ geometries: { LineString: 3, MultiLineString: 1 } })).toBe('line')
    expect(markOf({ geometries: { Polygon: 1, MultiPolygon: 2 } })).toBe('area')
    expect(markOf({ geometries: { Point: 1, Polygon: 1 } })).toBe('mixed')
  })

  it('asks for tiles of its version, also when it is a single point', () => {
    const source = citySource(layer) as { tiles: string[]; bounds: number[] }
    expect(source.tiles[0]).toContain('/tiles/shelters/{z}/{x}/{y}.mvt?v=v7')
    const [west = 0, , east = 0] = source.bounds
    expect(east - west).toBeGreaterThan(0)
  })

  it('names features only when there is a label', () => {
    const ids = (one: CityLayer) => cityDrawing(one, paletteOf('dark'), 'dark').map((part) => part.id)
    expect(ids(layer)).toContain('city:shelters:name')
    expect(ids({ ...layer, label: null })).not.toContain('city:shelters:name')
  })

  it('knows how many are drawn at a zoom', () => {
    expect(drawnAt(layer, 6.9)).toBe(80)
    expect(drawnAt(layer, 14)).toBe(900)
    expect(drawnAt({ ...layer, zooms: [] }, 3)).toBe(900)
  })
})
