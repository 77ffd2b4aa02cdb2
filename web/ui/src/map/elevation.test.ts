import { beforeAll, describe, expect, it, vi } from 'vitest'
import { PLAIN } from './arrangement'
import type { Elevation } from './elevation'
import { baseLayers } from './base_layers'
import { paletteOf } from './palette'
import { buildStyle } from './style'

const GROUND: Elevation = {
  version: 2, sensitivity: 'internal', extent: [98.7, 23, 100.5, 25], least_zoom: 4, most_zoom: 12, lowest_m: 450, highest_m: 3500,
  parts: [], tiles: '/tiles/elevation/{z}/{x}/{y}.png?v=e2-abc',
}

beforeAll(() => {
  vi.stubGlobal('location', { origin: 'http://desk' })
  baseLayers.set('relief', {
    name: 'relief', state: 'ready', data: { type: 'FeatureCollection', features: [] }, source_zh: '', source_en: '', date: null, illustrative: true,
    title_zh: '', title_en: '', reason: '', image: { url: 'http://desk/x.png', corners: [[98, 25], [100, 25], [100, 23], [98, 23]] },
  })
})

const styleOf = (elevation: Elevation | null, off: string[] = []) => buildStyle(paletteOf('dark'), 'zh', { ...PLAIN, off }, { layers: [], theme: 'dark', elevation })
const ids = (style: ReturnType<typeof buildStyle>) => style.layers.map((layer) => layer.id)

describe('hillshade of measured heights', () => {
  it('takes the place of the drawn relief', () => {
    expect(ids(styleOf(null))).toContain('relief')
    const style = styleOf(GROUND)
    expect(ids(style)).not.toContain('relief')
    expect(ids(style)).toContain('elevation')
    expect(ids(style)).toContain('summits')
    expect(style.sources.elevation).toMatchObject({ type: 'raster-dem', encoding: 'mapbox', tileSize: 512, maxzoom: 12, bounds: GROUND.extent })
  })

  it('leaves no drawn relief in its place when it is switched off', () => {
    const style = styleOf(GROUND, ['elevation'])
    expect(style.layers.find((layer) => layer.id === 'elevation')?.layout?.visibility).toBe('none')
    expect(ids(style)).not.toContain('relief')
  })
})
