import { describe, expect, it } from 'vitest'
import type { Incident, Picture } from '@/wire/objects'
import { assessment, quakeAnswer } from '../../test/assessment_fixture'
import { asksOf, isRenewing, liveOf, wantingOf, whatIfsOf } from './held'
import { assessedParagraph } from './report_text'
import { readTyped, isUncalibrated } from './value'
import { assessedLine, gradesInWords } from './wall_line'
import { compare } from './what_if/compare'
import { presetsFor } from './what_if/presets'

const at = (seconds: number) => new Date(Date.parse('2026-03-01T02:12:00.000Z') + seconds * 1000).toISOString()
const incident = { id: 'i1', title: '地震', opened_at: at(0), status: 'open', assessment: null } as unknown as Incident
const picture = (over: Picture = {}): Picture => ({ incident: { i1: incident }, ...over })

describe('what there is to show', () => {
  it('is being computed just after something was entered, and overdue later', () => {
    expect(wantingOf(picture(), Date.parse(at(5)))).toBe('computing')
    expect(wantingOf(picture(), Date.parse(at(60)))).toBe('late')
    expect(wantingOf(picture({ incident: { i1: { ...incident, status: 'closed' } } }), Date.parse(at(5)))).toBe('none')
    expect(wantingOf({}, 0)).toBe('none')
  })

  it('is renewed while a newer word is fresh', () => {
    const live = assessment({ at: at(10) })
    const figures = { magnitude: { at: at(20) } } as unknown as Picture['figures']
    expect(isRenewing(live, picture({ figures }), Date.parse(at(22)))).toBe(true)
    expect(isRenewing(live, picture({ figures }), Date.parse(at(90)))).toBe(false)
    expect(isRenewing(live, picture(), Date.parse(at(12)))).toBe(false)
  })

  it('tells the live answer from what is supposed', () => {
    const whatIf = { id: 'w1', title: '如果', inputs: {}, excluded: [], model: null, reason: '', by: { id: '', name: '' }, at: at(1), changed_by: { id: '', name: '' }, changed_at: at(1), version: 1 }
    const held = picture({ assessments: { live: assessment(), w1: assessment({ id: 'a2', scenario: 'w1' }) }, what_ifs: { w1: whatIf, w0: { ...whatIf, id: 'w0', at: at(0) } } })
    expect(liveOf(held)?.scenario).toBe('live')
    expect(whatIfsOf(held).map((one) => [one.whatIf.id, one.assessment?.id ?? null])).toEqual([['w0', null], ['w1', 'a2']])
    expect(liveOf(null)).toBeNull()
  })

  it('asks first for what the wanted model lacks, and for nothing twice', () => {
    const ask = { name: 'strike_deg', zh: '走向', en: 'strike', unit_zh: '', unit_en: '' }
    const wanted = { model: { id: 'x', version: '1', zh: '', en: '' }, refusal: { code: 'input_missing', zh: '', en: '', field: null }, asks: [ask] }
    const { needed, better } = asksOf(assessment({ wanted }))
    expect(needed.map((one) => one.name)).toEqual(['strike_deg'])
    expect(better.map((one) => one.name)).toEqual(['max_intensity'])
  })
})

describe('an input that is typed', () => {
  const of = { kind: 'number' as const, low: 3, high: 9, calibrated: [5, 8] as [number, number] }
  it('is a number within the limits, or says why not', () => {
    expect(readTyped('6.3', of)).toEqual({ value: 6.3, wrong: null })
    expect(['', 'abc', '12', '1'].map((text) => readTyped(text, of).wrong)).toEqual(['empty', 'not_number', 'range', 'range'])
    expect(readTyped('north', { kind: 'choice' })).toEqual({ value: 'north', wrong: null })
    expect(readTyped('1', { kind: 'shape' }).wrong).toBe('not_here')
    expect(readTyped('1,200', null)).toEqual({ value: 1200, wrong: null })
  })

  it('may lie outside what the model was calibrated on, which is said', () => {
    expect([isUncalibrated(6, of), isUncalibrated(8.5, of), isUncalibrated(6, null)]).toEqual([false, true, false])
  })
})

describe('what would be', () => {
  it('is compared by people, grade and places', () => {
    const live = quakeAnswer()
    const [first] = live.priority
    const then = quakeAnswer({ priority: first ? [first, { ...first, code: '530902', name_zh: '临翔区' }] : [] })
    const told = compare(live, then)
    expect([told.enter.map((one) => one.name_zh), told.leave.map((one) => one.name_zh)]).toEqual([['临翔区'], ['沧源县']])
    expect(told.zones.map((one) => one.live?.p50 === one.then?.p50)).toEqual([true, true, true])
    expect(told.uncertain).toBe(false)
  })

  it('has presets where the model takes such an input, and only within its limits', () => {
    const wind = { name: 'wind_from_deg', zh: '风向', en: 'wind from', kind: 'number' as const, low: 0, high: 360 }
    const rain = { name: 'rainfall_mm', zh: '雨量', en: 'rain', kind: 'number' as const, low: 0, high: 1000 }
    const quake = { name: 'ms', zh: '震级', en: 'magnitude', kind: 'number' as const, low: 2.5, high: 9.5 }
    const now = (name: string) => ({ rainfall_mm: 600, ms: 6.3 })[name] ?? null
    expect(presetsFor([wind], now).map((one) => one.key)).toEqual(['wind_n', 'wind_e', 'wind_s', 'wind_w'])
    expect(presetsFor([rain], now)).toEqual([{ key: 'rain_half', input: 'rainfall_mm', value: 300 }])
    expect(presetsFor([rain], () => null)).toEqual([])
    expect(presetsFor([quake], now).map((one) => one.value)).toEqual([6.6, 6])
  })
})

describe('a model’s word in a line', () => {
  it('names the suggested grade and a worse one that is more than unlikely', () => {
    const grade = { suggested: 'III' as const, probabilities: { I: 0.19, II: 0.1, III: 0.4, IV: 0.2, none: 0.11 }, reasons: [], triggers: [], floor: 0.3 }
    expect(gradesInWords({ grade })).toBe('Ⅰ级 19%、建议Ⅲ级 40%')
  })

  it('comes from the incident’s own picture, or from the head alone, or not at all', () => {
    const now = Date.parse('2026-03-01T02:13:40Z')
    expect(assessedLine(incident, assessment(), now)).toBe('≈ 研判：死亡 1–9 人 36% · 建议Ⅱ级 19% · 1 分前')
    expect(assessedLine({ ...incident, assessment: { best_zh: '死亡 1–9 人', best_en: '1–9 dead', grade: 'II', at: at(40) } }, null, now)).toBe('≈ 研判：死亡 1–9 人 · 建议Ⅱ级 · 1 分前')
    const [dead] = Object.values(quakeAnswer().outcomes)
    const uncounted = quakeAnswer({ outcomes: dead ? { dead: { ...dead, p10: null, p50: null, p90: null, band_probabilities: null, best_zh: '未知', best_en: 'not known' } } : {} })
    expect(assessedLine(incident, assessment({ answer: uncounted }), now)).toBe('≈ 研判：未知 · 建议Ⅱ级 · 1 分前')
    expect(assessedLine(incident, null, now)).toBeNull()
  })

  it('goes into a report as an estimate, with its range and its largest error', () => {
    const said = assessedParagraph(assessment()) ?? ''
    for (const part of ['系估计，非实测', '死亡 1–9 人的可能性最大（36%）', '80% 区间 0–60 人', 'Ⅰ级的可能性 2%', '同样烈度下的死亡率']) expect(said).toContain(part)
    expect(assessedParagraph(null)).toBeNull()
  })
})
