/** What changed between two versions of an assessment, and why, as sentences. */
import { say } from '@/i18n'
import { label } from '@/i18n/label'
import type { AssessmentVersion, Difference } from '@/wire/objects'

/** What people look at first: what was put in, then what came of it. */
const FIRST: readonly Difference['kind'][] = ['model', 'input', 'excluded', 'grade', 'outcome', 'zone', 'place']

export function differenceWords(differences: readonly Difference[]): string[] {
  return [...differences]
    .sort((a, b) => FIRST.indexOf(a.kind) - FIRST.indexOf(b.kind))
    .map((one) => {
      const because = label(one, 'because')
      return say('assessment.versions.from_to', { what: label(one), before: label(one.before), after: label(one.after) }) + (because ? say('facts.because', { reason: because }) : '')
    })
}

/** What brought a version about, in the words that were filed with it. */
export function causeWords(one: AssessmentVersion): string {
  return label(one.caused_by)
}
