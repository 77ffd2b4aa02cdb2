import { describe, expect, it } from 'vitest'
import { chosenSites, plain, range } from './register'
import type { SiteRow, Wish } from './register'

const site = (id: string, more: Partial<SiteRow> = {}): SiteRow => ({
  id, kind: 'dam', kind_zh: '', kind_en: '', group: 'hazard', symbol: 'circle', name: id, name_en: null, lon: 0, lat: 0, area_code: '530926103',
  owner: null, department: null, surveyed_on: null, survey_years: null, survey_old: true, mark: 'R', retired: false, version: 1, score: null, scenarios: 0, ...more,
})
const score = (low: number, high: number): SiteRow['score'] => ({ no: 1, site_version: 1, low, high, level: 'yellow', confidence: 'B', at: '' })
const wish = (more: Partial<Wish> = {}): Wish => ({ text: '', kind: '', area: '', level: '', order: 'score', down: true, ...more })

describe('the list of sites', () => {
  const all = [site('low', { score: score(10, 20) }), site('unknown'), site('high', { score: score(40, 90), kind: 'school', area_code: '530927101' })]
  it('puts the worst case first and what has no score before all: it is not known to be low', () => {
    expect(chosenSites(all, wish()).map((one) => one.id)).toEqual(['unknown', 'high', 'low'])
    expect(chosenSites(all, wish({ down: false })).map((one) => one.id)).toEqual(['low', 'high', 'unknown'])
  })
  it('filters by kind, area, level and words', () => {
    expect(chosenSites(all, wish({ kind: 'school' })).map((one) => one.id)).toEqual(['high'])
    expect(chosenSites(all, wish({ area: '530926' })).map((one) => one.id)).toEqual(['unknown', 'low'])
    expect(chosenSites(all, wish({ level: 'none' })).map((one) => one.id)).toEqual(['unknown'])
    expect(chosenSites(all, wish({ text: ' HI' })).map((one) => one.id)).toEqual(['high'])
  })
  it('puts the oldest survey first, and one that nobody has dated before it', () => {
    const dated = [site('new', { survey_years: 0.2 }), site('old', { survey_years: 6 }), site('never')]
    expect(chosenSites(dated, wish({ order: 'survey' })).map((one) => one.id)).toEqual(['never', 'old', 'new'])
  })
})

describe('numbers', () => {
  it('shows a range unless both ends agree', () => {
    expect(range(42.2, 61.4)).toBe('42–61')
    expect(range(42.2, 42.4)).toBe('42')
  })
  it('has no more places than it needs', () => {
    expect([plain(0.567), plain(12.34), plain(1234.5), plain(3)]).toEqual(['0.57', '12.3', '1,235', '3'])
  })
})
