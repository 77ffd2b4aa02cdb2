/** The model's word for a wall, in one line. With the incident's own picture also how likely; without it only what the board's head carries. */
import { say } from '@/i18n'
import { label } from '@/i18n/label'
import { locale } from '@/i18n/locale'
import { formatAge } from '@/time/clock'
import type { Answer, Assessment, Grade, IncidentHead } from '@/wire/objects'
import { bestBand, percent } from './rough'

const GRADES: readonly Grade[] = ['I', 'II', 'III', 'IV']
const ROMAN: Record<Grade, string> = { I: 'Ⅰ', II: 'Ⅱ', III: 'Ⅲ', IV: 'Ⅳ' }
/** A grade that is at least this likely is named, also where a lower one is suggested. */
const WORTH_NAMING = 0.1

/** The suggested grade and the worst one that is worth naming, each with its chance. */
export function gradesInWords(answer: Pick<Answer, 'grade'>): string {
  const odds = answer.grade
  if (!odds) return ''
  const worst = GRADES.find((grade) => odds.probabilities[grade] >= WORTH_NAMING)
  const named = GRADES.filter((grade) => grade === odds.suggested || grade === worst)
  return named.map((grade) => `${say(grade === odds.suggested ? 'assessment.wall.grade' : 'assessment.wall.other', { grade: ROMAN[grade] })} ${percent(odds.probabilities[grade])}`).join(say('shell.comma'))
}

export function assessedLine(head: IncidentHead, detail: Assessment | null, now: number): string | null {
  const answer = detail?.answer ?? null
  const at = detail?.at ?? head.assessment?.at
  const main = answer?.primary ? (answer.outcomes[answer.primary] ?? null) : null
  const best = main ? label(main, 'best') : label(head.assessment, 'best')
  if (!at || !best) return null
  const chance = main?.band_probabilities ? ` ${percent(main.band_probabilities[bestBand(main.band_probabilities).best] ?? 0)}` : ''
  // Without anybody counted the chances rest on the magnitude or the like alone: then none is told.
  const uncounted = main !== null && main.band_probabilities === null
  const suggested = answer?.grade?.suggested ?? null
  const grades = uncounted ? (suggested ? say('assessment.wall.grade', { grade: ROMAN[suggested] }) : '') : answer ? gradesInWords(answer) : head.assessment?.grade ? say('assessment.wall.grade', { grade: ROMAN[head.assessment.grade] }) : ''
  return [`≈ ${say('assessment.wall.line', { best: `${best}${chance}` })}`, grades, formatAge(at, now, locale.value)].filter(Boolean).join(' · ')
}
