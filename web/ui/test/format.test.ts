import { describe, expect, it } from 'vitest'
import {
  formatAge, formatClock, formatCountdown, formatDayTime, formatElapsed, formatMinutes, formatNear, formatSpan, formatTyped, parseTyped,
} from '@/time/format'

const at = Date.parse('2026-02-28T18:24:36.500Z')

describe('times of day', () => {
  it('are of Shanghai, 24 h, wherever the device is', () => {
    expect(formatClock(at)).toBe('02:24:36')
    expect(formatDayTime('2026-02-28T18:12:00.000000Z')).toBe('03-01 02:12')
    expect(formatClock('2026-03-01T16:00:00Z')).toBe('00:00:00')
  })
  it('name the day only when it is another one', () => {
    expect(formatNear('2026-02-28T16:01:00Z', at)).toBe('00:01')
    expect(formatNear('2026-02-28T15:59:00Z', at)).toBe('02-28 23:59')
  })
  it('go through a form and back', () => {
    expect(formatTyped(at, at)).toBe('03-01 02:24')
    expect(formatTyped('2025-12-31T17:00:00Z', Date.parse('2025-01-01T00:00:00Z'))).toBe('2026-01-01 01:00')
    expect(parseTyped('03-01 02:24', at)).toBe('2026-02-28T18:24:00.000Z')
    expect(parseTyped('2026-03-01 02:24', at)).toBe('2026-02-28T18:24:00.000Z')
    expect(parseTyped('3月1日 2时05分', at)).toBe('2026-02-28T18:05:00.000Z')
  })
  it('are taken for the latest that has been when only the hour is typed', () => {
    expect(parseTyped('2:12', at)).toBe('2026-02-28T18:12:00.000Z')
    expect(parseTyped('0212', at)).toBe('2026-02-28T18:12:00.000Z')
    expect(parseTyped('23:50', at)).toBe('2026-02-28T15:50:00.000Z')
  })
  it('are refused when they cannot be', () => {
    expect(['', '25:00', '12:60', '02-30 10:00', 'now'].map((text) => parseTyped(text, at))).toEqual([null, null, null, null, null])
  })
})

describe('countdowns', () => {
  it('show hours only when there are any', () => {
    expect(formatCountdown(at + 252_000, at, 'zh').text).toBe('4:12')
    expect(formatCountdown(at + 3_852_000, at, 'zh').text).toBe('1:04:12')
    expect(formatSpan(9_000, 'zh')).toBe('0:09')
    expect(formatSpan(2 * 86_400_000 + 3 * 3_600_000, 'zh')).toBe('2 天 3 时')
  })
  it('count up once overdue and say so in words', () => {
    expect(formatCountdown(at - 80_000, at, 'zh')).toMatchObject({ overdue: true, text: '超 1:20' })
    expect(formatCountdown(at - 80_000, at, 'en').text).toBe('late 1:20')
  })
  it('never read zero while there is time left', () => {
    expect(formatCountdown(at + 300, at, 'zh')).toMatchObject({ overdue: false, text: '0:01' })
  })
})

describe('ages and spans', () => {
  it('grow from seconds to days', () => {
    expect([1, 12, 180, 7200, 3 * 86_400].map((s) => formatAge(at - s * 1000, at, 'zh'))).toEqual(['刚刚', '12 秒前', '3 分前', '2 时前', '3 天前'])
    expect(formatAge(at - 12_000, at, 'en')).toBe('12 s ago')
  })
  it('say how long it has been since it happened', () => {
    expect(formatElapsed(at - 12 * 60_000, at, 'zh')).toBe('T+ 12 分')
    expect(formatElapsed(at - (6 * 60 + 5) * 60_000, at, 'en')).toBe('T+ 6 h 5 min')
    expect(formatElapsed(at - 72 * 3_600_000, at, 'zh')).toBe('T+ 3 天')
  })
  it('write minutes as people say them', () => {
    expect(formatMinutes(30, 'zh')).toBe('30 分钟')
    expect(formatMinutes(120, 'en')).toBe('2 h')
  })
})
