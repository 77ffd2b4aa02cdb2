import { describe, expect, it } from 'vitest'
import { PLAIN, switched } from './arrangement'
import type { CityLayer } from './city_layers'
import { legendOf, signsOf } from './legend'
import type { MapLibreMap } from './maplibre'

const layer = (name: string, kinds: string[]) => ({ name, kind: 'city', title_zh: '学校', title_en: 'Schools', geometries: Object.fromEntries(kinds.map((kind) => [kind, 1])) }) as unknown as CityLayer
const city = [layer('schools', ['Point']), layer('mixed', ['MultiPolygon', 'LineString'])]

/** A map that has these layers and draws these features. */
function mapWith(rendered: { layer: string; properties: Record<string, unknown> }[], hidden: string[] = []): MapLibreMap {
  const ids = new Set(rendered.map((one) => one.layer))
  return {
    getLayer: (id: string) => (ids.has(id) ? { id } : undefined),
    getLayoutProperty: (id: string) => (hidden.includes(id) ? 'none' : 'visible'),
    queryRenderedFeatures: ({ layers }: { layers: string[] }) => rendered.filter((one) => layers.includes(one.layer)).map((one) => ({ layer: { id: one.layer }, properties: one.properties })),
  } as unknown as MapLibreMap
}

describe('what the symbols mean', () => {
  it('is told for every row that is on, in either language', () => {
    const all = legendOf(null, 'en', { theme: 'light', arrangement: PLAIN, city })
    expect(all.map((one) => one.id)).toEqual(['incidents', 'areas', 'alerts', 'calls', 'units', 'shelters', 'depots', 'beds', 'closures', 'fences', 'city:schools', 'city:mixed', 'facilities', 'reservoirs', 'roads', 'rivers', 'townships', 'counties', 'relief'])
    for (const group of all) {
      expect(group.title).not.toContain('.')
      for (const entry of group.entries) {
        expect(entry.text).not.toMatch(/tree\.|map\./)
        expect(entry.icon ?? entry.colour).toBeTruthy()
        expect(Object.keys(entry)).not.toContain('key')
      }
    }
    expect(all.find((one) => one.id === 'city:mixed')?.entries.map((one) => one.kind)).toEqual(['fill', 'line'])
    const fewer = legendOf(null, 'zh', { arrangement: switched(PLAIN, ['units', 'city:schools'], false), city })
    expect(fewer.map((one) => one.id)).not.toContain('units')
    expect(fewer.find((one) => one.id === 'alerts')?.title).toBe('预警速报')
  })

  it('is told on a map only of what is in view', () => {
    const map = mapWith([
      { layer: 'units', properties: { icon: 'unit|消|go' } },
      { layer: 'units', properties: { icon: 'unit|医|stale' } },
      { layer: 'facilities', properties: { kind: 'school' } },
      { layer: 'shelters', properties: { state: 'full', old: true } },
      { layer: 'shelter-groups', properties: { point_count: 4 } },
      { layer: 'beds', properties: { state: 'unknown' } },
      { layer: 'closure-marks', properties: { bars: 'public' } },
      { layer: 'calls', properties: {} },
      { layer: 'drawing-line-solid', properties: { drawn: 'rescue_route', kind_zh: '救援行进路线', kind_en: 'Rescue route', colour: '#f00', shape: 'line', part: 'arrow', dashed: false } },
      { layer: 'drawing-symbols', properties: { drawn: 'symbol', symbol: 'D10100', kind_zh: '符号', shape: 'point', part: 'symbol' } },
      { layer: 'route', properties: { part: 'route' } },
    ], ['calls'])
    const told = legendOf(map, 'zh', { arrangement: PLAIN, city, nameOfSymbol: () => '现场指挥部' })
    expect(told.map((one) => [one.id, one.entries.map((entry) => entry.text)])).toEqual([
      ['units', ['途中（出动、前往、返回）', '位置已超过 10 分钟', '消防救援', '急救']],
      ['shelters', ['◆ 满员', '人数已旧（虚线）', '几处相近的已启用场所']],
      ['beds', ['? 空床未报']],
      ['closures', ['封闭，救援可通行']],
      ['drawings', ['救援行进路线', '现场指挥部']],
      ['facilities', ['学校']],
      ['answers', ['行车路线']],
    ])
  })

  it('knows every sign of a row for the tree, and nothing of a row that is not there', () => {
    expect(signsOf('closures', 'en')).toHaveLength(4)
    expect(signsOf('city:nowhere', 'zh', { city })).toEqual([])
    expect(signsOf('drawings', 'zh', { drawn: [] })).toEqual([])
  })
})
