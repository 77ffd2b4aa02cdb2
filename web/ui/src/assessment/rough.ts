/**
 * A model's numbers as words. One significant figure and never a single number alone; a probability that is not nought is never shown as nought,
 * one that is not certain never as certain. Pure.
 */
import type { Locale } from '@/i18n/locale'
import type { Outcome, Percentiles } from '@/wire/objects'

/** Rounded to one significant figure, away from zero at the half. Nothing between nought and one is left of people: those are rounded to whole ones. */
export function oneFigure(n: number, whole = true): number {
  if (!Number.isFinite(n) || n === 0) return 0
  const size = Math.abs(n)
  if (whole && size < 1) return Math.sign(n) * Math.round(size)
  const unit = 10 ** Math.floor(Math.log10(size) + 1e-12)
  return Number((Math.sign(n) * Math.round(size / unit) * unit).toPrecision(1))
}

/** `6 万`, `300`, `1 亿` · `60,000`. */
export function roughNumber(n: number, tongue: Locale, whole = true): string {
  const rounded = oneFigure(n, whole)
  if (tongue === 'en') return rounded.toLocaleString('en-US', { maximumSignificantDigits: 1 })
  const size = Math.abs(rounded)
  if (size >= 1e8) return `${trimmed(rounded / 1e8)} 亿`
  if (size >= 1e4) return `${trimmed(rounded / 1e4)} 万`
  return trimmed(rounded)
}

const trimmed = (n: number): string => String(Number(n.toPrecision(3)))

/** The 10–90 % interval: `4–9 万`, `9000–2 万`, `约 6 万` when both ends are the same. */
export function roughRange(of: Pick<Percentiles, 'p10' | 'p90'>, tongue: Locale, whole = true): string {
  const [low, high] = [oneFigure(of.p10, whole), oneFigure(of.p90, whole)]
  if (low === high) return low === 0 ? '0' : `${tongue === 'zh' ? '约 ' : 'about '}${roughNumber(low, tongue, whole)}`
  const [a, b] = [roughNumber(low, tongue, whole), roughNumber(high, tongue, whole)]
  const shared = / [万亿]$/.exec(b)?.[0]
  return shared && a.endsWith(shared) ? `${a.slice(0, -shared.length)}–${b}` : `${a}–${b}`
}

/** The interval of an outcome; null where it is not known. */
export function rangeOf(one: { p10: number | null; p90: number | null } | null, tongue: Locale): string | null {
  return one === null || one.p10 === null || one.p90 === null ? null : roughRange({ p10: one.p10, p90: one.p90 }, tongue)
}

/** `19%`, `<1%`, `>99%`: shares of a thousand draws, and what was never drawn is not impossible. */
export function percent(p: number): string {
  if (!(p >= 0.01)) return '<1%'
  return p > 0.99 ? '>99%' : `${Math.round(p * 100)}%`
}

/** How often among like events: `10 次同类约 2 次`. The smallest of 10, 100, 1000 in which it happens at least once. */
export function often(p: number, tongue: Locale): string {
  const zh = tongue === 'zh'
  if (p >= 0.95) return zh ? '10 次同类几乎每次' : 'in nearly all of 10 such events'
  for (const of of [10, 100, 1000]) {
    const times = Math.round(p * of)
    if (times >= 1 && (p * of >= 0.95 || of === 1000)) return zh ? `${of} 次同类约 ${times} 次` : `in about ${times} of ${of} such events`
  }
  return zh ? '1000 次同类不到 1 次' : 'in fewer than 1 of 1,000 such events'
}

/** The band as people say it: `10–99 人`, `1000 人以上`, `0`. */
export function bandWords(band: string, unit: string, tongue: Locale): string {
  const gap = tongue === 'zh' && unit !== '' ? ' ' : unit === '' ? '' : ' '
  if (band === '0') return tongue === 'zh' ? `0${gap}${unit}` : 'none'
  const open = /^(\d+)\+$/.exec(band)?.[1]
  const count = (text: string) => (tongue === 'en' ? Number(text).toLocaleString('en-US') : text)
  if (open !== undefined) return tongue === 'zh' ? `${open}${gap}${unit}以上` : `${count(open)}${gap}${unit} or more`
  return `${band.split('-').map(count).join('–')}${gap}${unit}`
}

/** A band of an outcome in words, as the server has them: `死亡 10–99 人` · `10–99 dead`. */
export function outcomeBand(one: Pick<Outcome, 'zh' | 'en' | 'unit_zh'>, band: string, tongue: Locale): string {
  if (tongue === 'en') return `${bandWords(band, '', 'en')} ${one.en}`
  return band === '0' ? `无${one.zh}` : `${one.zh} ${bandWords(band, one.unit_zh, 'zh')}`
}

/** The most likely band, and the one beside it when it is nearly as likely: then neither stands alone. */
export function bestBand(probabilities: readonly number[]): { best: number; rival: number | null } {
  const order = probabilities.map((p, at) => ({ p, at })).sort((a, b) => b.p - a.p || a.at - b.at)
  const [first, second] = order
  if (!first) return { best: 0, rival: null }
  return { best: first.at, rival: second && first.p - second.p < NEARLY ? second.at : null }
}

/** Two bands whose probabilities differ by less than this are told together. */
export const NEARLY = 0.08

/** The band that a number falls into. */
export function bandOf(n: number, bands: readonly string[]): string {
  return bands.find((band) => {
    const [low = '0', high] = band.replace('+', '-Infinity').split('-')
    return Math.round(n) >= Number(low) && Math.round(n) <= Number(high ?? low)
  }) ?? (bands.at(-1) ?? '')
}

/** How many times as much as now: `约 3 倍`; null where nothing can be divided by. */
export function timesAsMuch(then: number, now: number, tongue: Locale): string | null {
  if (!(now > 0)) return null
  const times = oneFigure(then / now, false)
  if (times < 0.1) return tongue === 'zh' ? '不到十分之一' : 'less than a tenth'
  if (times >= 0.9 && times <= 1.1) return tongue === 'zh' ? '差不多' : 'about the same'
  return tongue === 'zh' ? `约 ${times} 倍` : `about ${times} ×`
}
