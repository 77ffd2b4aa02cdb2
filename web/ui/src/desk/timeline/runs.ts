/** Many facts of one deed read as one line: fourteen orders of one activation, the notices they made. Nothing is hidden, only folded. Pure. */
import type { FactLine } from '@/wire/objects'

const FOLDED = new Set(['task.issued', 'message.queued', 'delivery.changed', 'deadline.passed'])
const TOGETHER = 60_000
const LEAST = 3

/** Facts newest first, in runs of the same kind by the same hand within a minute; everything else is a run of one. */
export function foldRuns(facts: FactLine[]): FactLine[][] {
  const runs: FactLine[][] = []
  for (const fact of facts) {
    const run = runs.at(-1)
    const first = run?.[0]
    if (run && first && FOLDED.has(fact.kind) && first.kind === fact.kind && first.by.id === fact.by.id && Date.parse(first.at) - Date.parse(fact.at) < TOGETHER) run.push(fact)
    else runs.push([fact])
  }
  return runs.flatMap((run) => (run.length >= LEAST ? [run] : run.map((fact) => [fact])))
}
