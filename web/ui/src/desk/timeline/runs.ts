/** Many facts of one deed read as one line: fourteen orders of one activation, the notices they made. Nothing that somebody did is hidden, only folded. Pure. */
import type { FactLine } from '@/wire/objects'

const FOLDED = new Set(['task.issued', 'task.escalated', 'notice.given', 'message.queued', 'delivery.changed', 'deadline.passed'])
/** Clocks that nobody owes: their passing is in the record and makes something happen, which has a line of its own. */
const SILENT = new Set(['task_watch', 'task_start'])
const TOGETHER = 60_000
const LEAST = 3

/** Facts newest first, in runs of the same kind by the same hand within a minute; everything else is a run of one. */
export function foldRuns(facts: FactLine[]): FactLine[][] {
  const runs: FactLine[][] = []
  for (const fact of facts) {
    if (fact.kind === 'deadline.passed' && SILENT.has(String(fact.data.kind))) continue
    const run = runs.at(-1)
    const first = run?.[0]
    if (run && first && FOLDED.has(fact.kind) && first.kind === fact.kind && first.by.id === fact.by.id && Date.parse(first.at) - Date.parse(fact.at) < TOGETHER) run.push(fact)
    else runs.push([fact])
  }
  return runs.flatMap((run) => (run.length >= LEAST ? [run] : run.map((fact) => [fact])))
}
