/** What a model makes of it as a paragraph of a report upwards: marked as an estimate, with its range, its model and its largest error. */
import { say } from '@/i18n'
import { label } from '@/i18n/label'
import { currentLocale, locale } from '@/i18n/locale'
import { formatDayTime } from '@/time/format'
import type { Assessment } from '@/wire/objects'
import { bestBand, percent, rangeOf } from './rough'

export function assessedParagraph(one: Assessment | null): string | null {
  const answer = one?.answer ?? null
  if (!one || !answer) return null
  const zh = currentLocale() === 'zh'
  const main = answer.primary ? (answer.outcomes[answer.primary] ?? null) : null
  const range = rangeOf(main, locale.value)
  const parts: string[] = []
  if (main && range !== null && main.band_probabilities && answer.casualties === 'estimated')
    parts.push(say('assessment.report.band', { best: label(main, 'best'), chance: percent(main.band_probabilities[bestBand(main.band_probabilities).best] ?? 0), range, unit: label(main, 'unit') }))
  else parts.push(label(answer, 'summary').replace(/[。.]$/, ''))
  if (answer.grade && main?.band_probabilities) parts.push(say('assessment.report.grade', Object.fromEntries((['I', 'II', 'III'] as const).map((grade) => [grade, percent(answer.grade?.probabilities[grade] ?? 0)]))))
  if (label(answer.errors, 'largest')) parts.push(say('assessment.report.error', { largest: label(answer.errors, 'largest') }))
  const lead = say('assessment.report.lead', { model: `${label(answer.model)} ${answer.model.version}`, no: one.no, at: formatDayTime(one.at) })
  return `${lead}${parts.join(zh ? '；' : '; ')}${zh ? '。' : '.'}`
}
