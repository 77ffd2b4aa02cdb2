import { afterEach, describe, expect, it } from 'vitest'
import { label } from '../src/i18n/label'
import { locale } from '../src/i18n/locale'

const start = locale.value
afterEach(() => { locale.value = start })

describe('names in both languages', () => {
  it('reads the tongue of the reader, and the other rather than nothing', () => {
    locale.value = 'zh'
    expect(label({ title_zh: '水库', title_en: 'Reservoir' }, 'title')).toBe('水库')
    expect(label({ title_zh: '', title_en: 'Reservoir' }, 'title')).toBe('Reservoir')
  })

  it('takes a plain field for the first language, not for the last resort', () => {
    const layer = { source: '民政局台账', source_en: 'Register of civil affairs' }
    locale.value = 'zh'
    expect(label(layer, 'source')).toBe('民政局台账')
    locale.value = 'en'
    expect(label(layer, 'source')).toBe('Register of civil affairs')
    expect(label({ source: '民政局台账' }, 'source')).toBe('民政局台账')
  })
})
