/** Outcomes of an answer in the order in which people ask for them, and amounts with their unit. Pure. */
import { label } from '@/i18n/label'
import { locale } from '@/i18n/locale'
import type { Answer, Outcome } from '@/wire/objects'
import { bandWords, bestBand, percent, rangeOf } from './rough'

const ASKED = ['dead', 'missing', 'trapped', 'serious_injured', 'injured', 'light_injured', 'poisoned', 'cases', 'hospitalised', 'critical', 'threatened', 'affected', 'evacuated', 'resettled', 'stranded', 'participants']
const rank = (name: string) => (ASKED.includes(name) ? ASKED.indexOf(name) : ASKED.length)

/** The primary one first, then people, then things; a picture's objects have no order of their own. */
export function orderedOutcomes(answer: Pick<Answer, 'outcomes' | 'primary'>): [string, Outcome][] {
  return Object.entries(answer.outcomes).sort(([a], [b]) => Number(b === answer.primary) - Number(a === answer.primary) || rank(a) - rank(b) || a.localeCompare(b))
}

export function mainOf(answer: Answer | null): Outcome | null {
  return answer?.primary ? (answer.outcomes[answer.primary] ?? null) : null
}

/** The interval with its unit: `0–200 人`. Money is told in yuan, for ten thousand of ten thousands is nobody's number. */
export function amountOf(one: Outcome): string | null {
  const tongue = locale.value
  if (one.unit_zh !== '万元') {
    const range = rangeOf(one, tongue)
    return range === null ? null : `${range} ${label(one, 'unit')}`.trim()
  }
  if (one.p10 === null || one.p90 === null) return null
  const [factor, unit] = tongue === 'zh' ? [10_000, '元'] : [0.01, 'million yuan']
  return `${rangeOf({ p10: one.p10 * factor, p90: one.p90 * factor }, tongue) ?? ''} ${unit}`.replace(/(万|亿) 元$/, '$1元')
}

/** The likeliest band without its name, and how likely it is: for a table whose rows name the outcome. */
export function bestOf(one: Outcome): { band: string; chance: string } | null {
  if (!one.band_probabilities) return null
  const { best } = bestBand(one.band_probabilities)
  return { band: bandWords(one.bands[best] ?? '', locale.value === 'zh' ? one.unit_zh : '', locale.value), chance: percent(one.band_probabilities[best] ?? 0) }
}
