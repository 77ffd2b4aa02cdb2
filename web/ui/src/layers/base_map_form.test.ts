import { describe, expect, it } from 'vitest'
import { KINDS, asTold, blankBaseMap, fieldsOf } from './base_map_form'

describe('the form for a base map', () => {
  it('sends only what its kind asks for and what was answered', () => {
    const fields = { ...blankBaseMap(), name: 'imagery', title_zh: ' 影像 ', address: 'http://a/{z}/{x}/{y}', capabilities: 'left over', max_zoom: '16', tile_px: '512' }
    expect(asTold(fields, null)).toEqual({ kind: 'xyz', name: 'imagery', title_zh: '影像', address: 'http://a/{z}/{x}/{y}', max_zoom: 16, tile_px: 512 })
    expect(asTold({ ...fields, kind: 'tianditu', address: '', key: 'abc' }, null)).toEqual({ kind: 'tianditu', name: 'imagery', title_zh: '影像', max_zoom: 16, tianditu: 'vec', labels: true, key: 'abc' })
    expect(asTold({ ...fields, kind: 'pmtiles' }, 'u-1')).toMatchObject({ kind: 'pmtiles', upload: 'u-1' })
  })

  it('asks every kind for a name and never shows a key', () => {
    for (const kind of KINDS) expect(fieldsOf(kind).map((one) => one.name)).toContain('name')
    expect(fieldsOf('xyz').find((one) => one.name === 'key')?.is).toBe('secret')
  })
})
