import { describe, expect, it } from 'vitest'
import { LIVE_ROWS } from '@/map/rows'
import { paletteOf } from '@/map/palette'
import type { AnswerFootprint } from '@/wire/objects'
import { ellipse, quakeAnswer } from '../../../test/assessment_fixture'
import { coloursOf, edgeLayers, footprintFeatures, groundLayers } from './features'
import { assessedSigns } from './legend_signs'
import { bandBetween, holds } from './rings'

const footprints = quakeAnswer().footprints
const parts = (key: string, all: ReturnType<typeof footprintFeatures>) => all.features.filter((one) => one.properties?.key === key).map((one) => String(one.properties?.part))

describe('footprints on the map', () => {
  it('lie the strongest on top, each level in its own colour', () => {
    const all = footprintFeatures({ live: footprints, supposed: null, chosen: 'VII' }, 'dark')
    const bodies = all.features.filter((one) => one.properties?.part === 'body')
    expect(bodies.map((one) => one.properties?.key as unknown)).toEqual(['VI', 'VII', 'VIII'])
    expect(new Set(bodies.map((one) => one.properties?.colour as unknown)).size).toBe(3)
    expect(bodies.map((one) => one.properties?.chosen as unknown)).toEqual([false, true, false])
  })

  it('have a hatched band for an edge while a model says so, and none once it was observed or drawn', () => {
    const all = footprintFeatures({ live: footprints, supposed: null, chosen: null }, 'dark')
    expect(parts('VII', all)).toEqual(['soft', 'body', 'core', 'band', 'line', 'label'])
    const observed = footprintFeatures({ live: footprints.map((one): AnswerFootprint => ({ ...one, basis: 'observed' })), supposed: null, chosen: null }, 'dark')
    expect(parts('VII', observed)).toEqual(['body', 'line', 'label'])
    expect(String(all.features.find((one) => one.properties?.part === 'label')?.properties?.title_zh)).toContain('估计')
    expect(String(observed.features.find((one) => one.properties?.part === 'label')?.properties?.title_en)).toContain('observed')
  })

  it('show of a what-if only its outline, and say whose supposition it is', () => {
    const all = footprintFeatures({ live: footprints, supposed: { title: '如果刮北风', footprints: footprints.slice(0, 1) }, chosen: null }, 'dark')
    const supposed = all.features.filter((one) => one.properties?.of === 'supposed')
    expect(supposed.map((one) => one.properties?.part as unknown)).toEqual(['supposed', 'supposed-label'])
    expect(supposed[0]?.properties?.title_zh).toBe('如果刮北风：Ⅷ度（假设）')
  })

  it('draw times as lines with the time in words', () => {
    const first = footprints[0] as AnswerFootprint
    const arrival: AnswerFootprint = { ...first, key: 't30', zh: '到达', en: 'arrival', kind: 'arrival', time_offset_s: 5400 }
    const all = footprintFeatures({ live: [arrival], supposed: null, chosen: null }, 'light')
    expect(all.features.map((one) => [one.geometry.type, one.properties?.title_zh as unknown, one.properties?.title_en as unknown])).toEqual([['LineString', '到达 1 小时 30 分 （估计）', 'arrival 1 h 30 min (estimate)']])
    expect(coloursOf([arrival], 'light').size).toBe(0)
  })

  it('leave out what has no geometry yet', () => {
    const bare = footprints.map((one): AnswerFootprint => ({ ...one, geometry: undefined, inner: undefined, outer: undefined }))
    expect(footprintFeatures({ live: bare, supposed: null, chosen: null }, 'dark').features).toEqual([])
  })

  it('have their layers in the layer tree, every one', () => {
    const ids = [...groundLayers(), ...edgeLayers(paletteOf('dark'), 'zh')].map((one) => String(one.id))
    expect([...ids].sort()).toEqual([...LIVE_ROWS.assessment].sort())
  })

  it('are explained: each level with whose word it is, the band, what is supposed', () => {
    const all = footprintFeatures({ live: footprints, supposed: { title: '如果', footprints: footprints.slice(0, 1) }, chosen: null }, 'dark')
    const signs = assessedSigns(all.features.map((one) => one.properties ?? {}), 'zh')
    expect(signs.map((one) => one.text)).toEqual(['Ⅷ度 （估计）', 'Ⅶ度 （估计）', 'Ⅵ度 （估计）', '假设的范围（推演，不是实况）', '边界误差带（±1σ）'])
  })
})

describe('the band between two edges', () => {
  it('is the outer area with the inner one as a hole that runs the other way', () => {
    const band = bandBetween(ellipse(99, 23, 20, 10), ellipse(99, 23, 10, 5))
    expect(band?.coordinates.map((one) => one.length)).toEqual([2])
    const [outer = [], inner = []] = band?.coordinates[0] ?? []
    const turn = (ring: number[][]) => Math.sign(ring.reduce((sum, [x = 0, y = 0], n) => sum + x * (ring[(n + 1) % ring.length]?.[1] ?? 0) - (ring[(n + 1) % ring.length]?.[0] ?? 0) * y, 0))
    expect([turn(outer), turn(inner)]).toEqual([1, -1])
    expect(holds(outer, inner[0] ?? [])).toBe(true)
  })

  it('leaves out an inner part that lies in no outer one, and needs areas', () => {
    expect(bandBetween(ellipse(99, 23, 20, 10), ellipse(101, 25, 5, 5))?.coordinates[0]).toHaveLength(1)
    expect(bandBetween({ type: 'Point', coordinates: [0, 0] }, ellipse(99, 23, 1, 1))).toBeNull()
  })
})
