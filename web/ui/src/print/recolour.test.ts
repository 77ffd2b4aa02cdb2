import { describe, expect, it } from 'vitest'
import { paletteOf } from '@/map/palette'
import type { StyleSpecification } from '@/map/maplibre'
import { onPaper, paperStyle } from './recolour'

const dark = paletteOf('dark')
const light = paletteOf('light')

describe('the colours of paper', () => {
  it('exchange the ground, and make halos white', () => {
    expect(onPaper(dark.ground, 'background-color')).toBe(light.ground)
    expect(onPaper(dark.halo, 'text-halo-color')).toBe(light.halo)
  })
  it('reach into expressions and features, and leave others alone', () => {
    const style = {
      version: 8,
      sources: {
        drawings: { type: 'geojson', data: { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: { type: 'Point', coordinates: [1, 2] }, properties: { colour: '#46c08a', title: '#1' } }] } },
        tiles: { type: 'raster', tiles: ['/x'] },
      },
      layers: [{ id: 'a', type: 'line', source: 'drawings', minzoom: 3, paint: { 'line-color': ['match', ['get', 'grade'], 'I', dark.grade.I, '#123456'], 'line-width': 2 } }],
    } as unknown as StyleSpecification
    const made = JSON.parse(JSON.stringify(paperStyle(style))) as Record<string, never>
    expect(made).toMatchObject({
      sources: { drawings: { data: { features: [{ properties: { colour: '#137a4f', title: '#1' } }] } }, tiles: { type: 'raster' } },
      layers: [{ minzoom: 3, paint: { 'line-color': ['match', ['get', 'grade'], 'I', light.grade.I, '#123456'], 'line-width': 2 } }],
    })
  })
})
