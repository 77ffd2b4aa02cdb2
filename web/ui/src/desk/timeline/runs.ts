/** Many facts of one deed read as one line: fourteen orders of one activation, the notices they made. Nothing that somebody did is hidden, only folded. Pure. */
import type { FactLine } from '@/wire/objects'

const FOLDED = new Set(['task.issued', 'task.escalated', 'notice.given', 'message.queued', 'delivery.changed', 'deadline.passed'])
/** Clocks that nobody owes: their passing is in the record and makes something happen, which has a line of its own. */
const SILENT = new Set(['task_watch', 'task_start'])
const TOGETHER = 60_000
const LEAST = 3

/**
 * Facts newest first, in runs of the same kind by the same hand within a minute; everything else is a run of one. Messages and what became
 * of them come by turns: between two deeds of people each kind makes one run, where its newest fact stands.
 */
export function foldRuns(facts: FactLine[]): FactLine[][] {
  const runs: FactLine[][] = []
  let growing = new Map<string, FactLine[]>()
  for (const fact of facts) {
    if (fact.kind === 'deadline.passed' && SILENT.has(String(fact.data.kind))) continue
    if (!FOLDED.has(fact.kind)) {
      growing = new Map()
      runs.push([fact])
      continue
    }
    const key = `${fact.kind} ${fact.by.id}`
    const run = growing.get(key)
    const first = run?.[0]
    if (run && first && Date.parse(first.at) - Date.parse(fact.at) < TOGETHER) run.push(fact)
    else {
      const begun = [fact]
      growing.set(key, begun)
      runs.push(begun)
    }
  }
  const folded = runs.flatMap((run) => (run.length >= LEAST ? [run] : run.map((fact) => [fact])))
  return folded.sort((a, b) => (b[0]?.seq ?? 0) - (a[0]?.seq ?? 0))
}
