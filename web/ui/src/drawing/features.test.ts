import { describe, expect, it } from 'vitest'
import { lineLayers, fillLayers, drawingFeatures, headOf, middleOf } from './features'
import { paletteOf } from '@/map/palette'
import { LIVE_ROWS } from '@/map/rows'
import type { Drawing } from '@/wire/objects'

const route = (coordinates: number[][], arrows: 'ends' | 'none' = 'ends') =>
  ({ id: 'r', shape: 'line', kind: 'rescue_route', kind_zh: '救援行进路线', kind_en: 'Rescue route', name: '北侧', symbol: null, style: { colour: 'red', width: 4, dash: 'solid', fill: 0, arrows }, geometry: { type: 'LineString', coordinates } }) as unknown as Drawing

describe('a drawn line', () => {
  it('has its name at a point half-way along, so that it stands at every zoom', () => {
    expect(middleOf([[99, 23], [99.1, 23], [99.4, 23]])[0]).toBeCloseTo(99.2, 6)
    expect(middleOf([[99, 23], [99, 23]])).toEqual([99, 23])
    const label = drawingFeatures([route([[99, 23], [99.2, 23]])], null, true, 'en').features.find((one) => one.properties?.part === 'label')
    expect(label).toMatchObject({ geometry: { type: 'Point' }, properties: { title: 'Rescue route 北侧' } })
  })

  it('has a head at its end that points where it leads, and none when it leads nowhere', () => {
    expect(headOf([[99, 23], [99.1, 23]])).toEqual({ at: [99.1, 23], turn: 0 })
    expect(headOf([[99, 23], [99, 23.1]])?.turn).toBeCloseTo(-90, 6)
    expect(headOf([[99, 23], [99, 22.9], [99, 22.9]])?.turn).toBeCloseTo(90, 6)
    expect(headOf([[99, 23], [98.9, 23]])?.turn).toBeCloseTo(180, 6)
    expect(headOf([[99, 23], [99, 23]])).toBeNull()
    const parts = (one: Drawing) => drawingFeatures([one], null, true, 'zh').features.map((feature) => String(feature.properties?.part))
    expect(parts(route([[99, 23], [99.1, 23]]))).toEqual(['line', 'label', 'arrow'])
    expect(parts(route([[99, 23], [99.1, 23]], 'none'))).toEqual(['line', 'label'])
  })

  it('lies in layers that the layer tree knows', () => {
    const ids = [...fillLayers(), ...lineLayers(paletteOf('dark'))].map((layer) => String(layer.id))
    expect([...ids].sort()).toEqual([...LIVE_ROWS.drawings].sort())
  })
})
