/** The entries of figures in an incident's record: read once from the beginning, then as they come. */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { asProblem, get, type Problem } from '@/wire/api'
import type { FactLine } from '@/wire/objects'
import { useFacts } from '@/wire/pictures'

const PAGE = 500

interface Answer {
  readonly head: number
  readonly facts: readonly FactLine[]
}

export interface FigureRecord {
  readonly entries: ShallowRef<readonly FactLine[]>
  readonly state: ShallowRef<'loading' | 'read' | 'failed'>
  readonly problem: ShallowRef<Problem | null>
  again(): void
}

const isEntry = (fact: FactLine): boolean => fact.kind === 'incident.figure_entered'

export function useFigureRecord(incident: () => string): FigureRecord {
  const entries = shallowRef<readonly FactLine[]>([])
  const state = shallowRef<'loading' | 'read' | 'failed'>('loading')
  const problem = shallowRef<Problem | null>(null)
  let run = 0

  function add(facts: readonly FactLine[]): void {
    const held = new Map(entries.value.map((fact) => [fact.seq, fact]))
    for (const fact of facts) if (isEntry(fact)) held.set(fact.seq, fact)
    entries.value = [...held.values()].sort((a, b) => a.seq - b.seq)
  }

  async function read(): Promise<void> {
    run += 1
    const mine = run
    state.value = 'loading'
    problem.value = null
    try {
      for (let since = 0; ; ) {
        const answer = await get<Answer>(`/api/facts/incident:${incident()}?since=${String(since)}&limit=${String(PAGE)}`)
        if (mine !== run) return
        add(answer.facts)
        const last = answer.facts.at(-1)?.seq
        if (last === undefined || last >= answer.head) break
        since = last
      }
      state.value = 'read'
    } catch (thrown) {
      if (mine !== run) return
      problem.value = asProblem(thrown)
      state.value = 'failed'
    }
  }

  watch(
    incident,
    () => {
      entries.value = []
      void read()
    },
    { immediate: true },
  )
  useFacts(() => `incident:${incident()}`, add)
  return { entries, state, problem, again: () => void read() }
}
