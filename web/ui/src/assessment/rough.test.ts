import { describe, expect, it } from 'vitest'
import { bandOf, bandWords, bestBand, often, oneFigure, percent, roughNumber, roughRange, timesAsMuch } from './rough'

describe('a model’s numbers', () => {
  it('have one significant figure', () => {
    expect([0, 0.3, 0.7, 1, 9.4, 9.6, 14, 23, 95, 149, 61_234, 96_000, 1_234_567].map((n) => oneFigure(n))).toEqual([0, 0, 1, 1, 9, 10, 10, 20, 100, 100, 60_000, 100_000, 1_000_000])
    expect(oneFigure(0.034, false)).toBe(0.03)
    expect(oneFigure(-23)).toBe(-20)
    expect(oneFigure(Number.NaN)).toBe(0)
  })

  it('are said as people say them', () => {
    expect([300, 9_000, 61_234, 149_000, 2e8].map((n) => roughNumber(n, 'zh'))).toEqual(['300', '9000', '6 万', '10 万', '2 亿'])
    expect([300, 61_234].map((n) => roughNumber(n, 'en'))).toEqual(['300', '60,000'])
    expect(roughRange({ p10: 41_000, p90: 88_000 }, 'zh')).toBe('4–9 万')
    expect(roughRange({ p10: 9_100, p90: 22_000 }, 'zh')).toBe('9000–2 万')
    expect(roughRange({ p10: 0, p90: 40 }, 'en')).toBe('0–40')
    expect(roughRange({ p10: 58_000, p90: 61_000 }, 'zh')).toBe('约 6 万')
    expect(roughRange({ p10: 0, p90: 0 }, 'en')).toBe('0')
  })

  it('never call a chance nothing or certain that is neither', () => {
    expect([0, 0.0004, 0.004, 0.01, 0.19, 0.985, 0.996, 1].map(percent)).toEqual(['<1%', '<1%', '<1%', '1%', '19%', '99%', '>99%', '>99%'])
    expect(percent(Number.NaN)).toBe('<1%')
  })

  it('come as natural frequencies', () => {
    expect([0.19, 0.52, 0.03, 0.004, 0.0001, 0.97].map((p) => often(p, 'zh'))).toEqual([
      '10 次同类约 2 次', '10 次同类约 5 次', '100 次同类约 3 次', '1000 次同类约 4 次', '1000 次同类不到 1 次', '10 次同类几乎每次',
    ])
    expect(often(0.19, 'en')).toBe('in about 2 of 10 such events')
  })

  it('fall into bands with names', () => {
    expect(['0', '1-9', '100-999', '1000+'].map((band) => bandWords(band, '人', 'zh'))).toEqual(['0 人', '1–9 人', '100–999 人', '1000 人以上'])
    expect(['0', '10-99', '1000+'].map((band) => bandWords(band, 'people', 'en'))).toEqual(['none', '10–99 people', '1,000 people or more'])
  })

  it('name the band beside the best when it is nearly as likely', () => {
    expect(bestBand([0.1, 0.45, 0.3, 0.1, 0.05])).toEqual({ best: 1, rival: null })
    expect(bestBand([0.36, 0.4, 0.19, 0.04, 0.01])).toEqual({ best: 1, rival: 0 })
    expect(bestBand([])).toEqual({ best: 0, rival: null })
  })

  it('are compared without a number that stands alone', () => {
    const bands = ['0', '1-9', '10-99', '100-999', '1000+']
    expect([0, 0.4, 1, 9, 10, 99, 1000, 5e6].map((n) => bandOf(n, bands))).toEqual(['0', '0', '1-9', '1-9', '10-99', '10-99', '1000+', '1000+'])
    expect([timesAsMuch(20, 8, 'zh'), timesAsMuch(3, 8, 'zh'), timesAsMuch(8.2, 8, 'en'), timesAsMuch(5, 0, 'zh'), timesAsMuch(0, 8, 'zh')]).toEqual(['约 3 倍', '约 0.4 倍', 'about the same', null, '不到十分之一'])
  })
})
