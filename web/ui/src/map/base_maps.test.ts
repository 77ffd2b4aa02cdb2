import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { LayerSpecification } from 'maplibre-gl'
import { PLAIN } from './arrangement'
import { NONE, OWN, baseMap, baseMaps, baseSources, choiceOf, chooseBaseMap, overBaseMap, tileFailed } from './base_maps'
import type { BaseMap } from './base_maps'
import { paletteOf } from './palette'
import { buildStyle } from './style'

vi.mock('./maplibre', () => ({ MAP_FONT: ['Noto Sans CJK SC'] }))
vi.mock('@/wire/pictures', () => ({ useTelemetry: () => ({ items: { value: {} } }) }))
const get = vi.hoisted(() => vi.fn(() => Promise.resolve({ maps: [], may_change: false })))
vi.mock('@/wire/api', () => ({ onSignedOut: () => undefined, get, asProblem: (thrown: unknown) => ({ detail: String(thrown) }) }))
vi.stubGlobal('location', { origin: 'http://centre.test' })

const imagery: BaseMap = {
  name: 'imagery', title_zh: '影像', title_en: 'Imagery', attribution: '© 市', format: 'raster', min_zoom: 1, max_zoom: 18, tile_px: 256, bounds: [98, 22, 101, 26],
  vector_layers: [], tiles: ['/basemaps/imagery/{z}/{x}/{y}?v=3', '/basemaps/imagery/{z}/{x}/{y}?v=3&sheet=1'], default: false, reach: { state: 'ok', since: null, zh: '', en: '' },
}
const town: BaseMap = { ...imagery, name: 'town', format: 'vector', tiles: ['/basemaps/town/{z}/{x}/{y}?v=4'], bounds: null, default: true, vector_layers: [{ id: 'water', fields: ['name'] }, { id: 'roads', fields: [] }] }
const p = paletteOf('dark')
const layers = [
  { id: 'ground', type: 'background' }, { id: 'county-fill', type: 'fill', source: 'counties' }, { id: 'relief', type: 'raster', source: 'relief-image' },
  { id: 'roads', type: 'line', source: 'roads', paint: { 'line-width': ['interpolate', ['linear'], ['zoom'], 7, 1, 12, ['match', ['get', 'class'], 'a', 3, 1]] } },
  { id: 'county-names', type: 'symbol', source: 'counties', paint: { 'text-color': '#fff', 'text-halo-width': 1.4 } },
  { id: 'incidents', type: 'symbol', source: 'incidents' },
] as LayerSpecification[]
const ids = (made: LayerSpecification[]) => made.map((layer) => layer.id)

describe('which base map is looked at', () => {
  it('is what was chosen here, then the administrator’s, then our own', () => {
    expect(choiceOf(null, [])).toBe(OWN)
    expect(choiceOf(null, [imagery, town])).toBe('town')
    expect(choiceOf('imagery', [imagery, town])).toBe('imagery')
    expect(choiceOf('removed', [imagery])).toBe(OWN)
    expect(choiceOf(OWN, [imagery, town])).toBe(OWN)
    expect(choiceOf(NONE, [])).toBe(NONE)
  })

  it('follows a choice at once', () => {
    baseMaps.value = [imagery, town]
    chooseBaseMap('imagery')
    expect(baseMap.value?.name).toBe('imagery')
    chooseBaseMap(NONE)
    expect(baseMap.value).toBeNull()
  })
})

describe('a base map in the style', () => {
  it('is asked for on our own server, each sheet by itself', () => {
    const sources = baseSources({ choice: 'imagery', map: imagery })
    expect(Object.values(sources).map((one) => (one as { tiles: string[] }).tiles[0])).toEqual(['http://centre.test/basemaps/imagery/{z}/{x}/{y}?v=3', 'http://centre.test/basemaps/imagery/{z}/{x}/{y}?v=3&sheet=1'])
    expect(sources['base:imagery:0']).toMatchObject({ type: 'raster', tileSize: 256, minzoom: 1, maxzoom: 18, bounds: [98, 22, 101, 26] })
  })

  it('lies above our ground and below our lines, which get an edge', () => {
    const made = overBaseMap(layers, { choice: 'imagery', map: imagery }, p)
    expect(ids(made)).toEqual(['ground', 'county-fill', 'relief', 'base:imagery:0', 'base:imagery:1', 'roads-edge', 'roads', 'county-names', 'incidents'])
    const edge = made.find((layer) => layer.id === 'roads-edge')?.paint as Record<string, unknown>
    expect(edge['line-width']).toEqual(['interpolate', ['linear'], ['zoom'], 7, 3, 12, ['+', ['match', ['get', 'class'], 'a', 3, 1], 2]])
    expect(made.find((layer) => layer.id === 'county-names')?.paint).toMatchObject({ 'text-halo-width': 2.2 })
  })

  it('draws vector tiles by what their layers are called', () => {
    const made = overBaseMap(layers, { choice: 'town', map: town }, p)
    const water = made.find((layer) => layer.id === 'base:town:0:water:area')
    expect(water?.paint).toMatchObject({ 'fill-color': p.waterFill })
    expect(ids(made)).toContain('base:town:0:water:name')
    expect(ids(made)).not.toContain('base:town:0:roads:name')
  })

  it('leaves everything as it is for our own, and nothing of ours for none', () => {
    expect(overBaseMap(layers, { choice: OWN, map: null }, p)).toEqual(layers)
    expect(ids(overBaseMap(layers, { choice: NONE, map: null }, p))).toEqual(['ground', 'incidents'])
  })

  it('is part of the whole style, and hidden groups take their edges along', () => {
    const style = buildStyle(p, 'zh', { ...PLAIN, off: ['roads'] }, { layers: [], theme: 'dark', under: { choice: 'imagery', map: imagery } })
    expect(Object.keys(style.sources)).toContain('base:imagery:1')
    expect(style.layers.some((layer) => layer.id === 'base:imagery:0')).toBe(true)
  })
})

describe('tiles that do not come', () => {
  beforeEach(() => { get.mockClear() })
  it('make the state asked for, once for many', () => {
    tileFailed('roads', 10_000)
    expect(get).not.toHaveBeenCalled()
    for (let i = 0; i < 30; i++) tileFailed('base:imagery:0', 10_000 + i)
    expect(get).toHaveBeenCalledTimes(1)
  })
})
