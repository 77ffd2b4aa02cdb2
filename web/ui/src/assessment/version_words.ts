/** What changed between two versions of an assessment, and why, as sentences. */
import { say } from '@/i18n'
import { label } from '@/i18n/label'
import { locale } from '@/i18n/locale'
import type { AssessmentVersion, Difference } from '@/wire/objects'
import { roughNumber, timesAsMuch } from './rough'

/** What was put in, then what came of it. */
const FIRST: readonly Difference['kind'][] = ['model', 'input', 'excluded', 'grade', 'outcome', 'zone', 'place']
/** What people set or suppose, as against what followed from it. */
export const CAUSES: ReadonlySet<Difference['kind']> = new Set(['model', 'input', 'excluded'])

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
/** The band at the end of `8人（死亡 1–9 人）`: the middle number does not stand here. */
const bandIn = (text: string): string => /[（(]([^（()）]*)[)）]$/.exec(text)?.[1] ?? text

function outcomeWords(one: Difference): string {
  const [before, after] = [bandIn(label(one.before)), bandIn(label(one.after))]
  if (before !== after) return say('assessment.versions.from_to', { what: label(one), before, after })
  const [was, is] = [number(one.before.value), number(one.after.value)]
  const ratio = was === null || is === null ? null : timesAsMuch(is, was, locale.value)
  return say('assessment.versions.within', { what: label(one), ratio: ratio ?? '', band: after })
}

function zoneWords(one: Difference): string {
  const said = (side: Difference['before']) => (number(side.value) === null ? label(side) : roughNumber(number(side.value) ?? 0, locale.value))
  return say('assessment.versions.from_to', { what: label(one), before: said(one.before), after: said(one.after) })
}

function wordsOf(one: Difference): string {
  if (one.kind === 'outcome') return outcomeWords(one)
  if (one.kind === 'zone') return zoneWords(one)
  const because = label(one, 'because')
  return say('assessment.versions.from_to', { what: label(one), before: label(one.before), after: label(one.after) }) + (because ? say('facts.because', { reason: because }) : '')
}

export function differenceWords(differences: readonly Difference[]): string[] {
  return [...differences].sort((a, b) => FIRST.indexOf(a.kind) - FIRST.indexOf(b.kind) || Number(b.name === 'dead') - Number(a.name === 'dead')).map(wordsOf)
}

/** What brought a version about, in the words that were filed with it. */
export function causeWords(one: AssessmentVersion): string {
  return label(one.caused_by)
}
