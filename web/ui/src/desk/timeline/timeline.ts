/** The record of one stream, newest first: the last page from the server, then each fact as it comes. */
import { onScopeDispose, ref, shallowRef, toValue, watch } from 'vue'
import type { MaybeRefOrGetter, Ref, ShallowRef } from 'vue'
import type { Problem} from '@/wire/api';
import { asProblem, get } from '@/wire/api'
import { listen } from '@/wire/connection'
import { useFacts } from '@/wire/pictures'
import type { FactLine } from '@/wire/objects'

const PAGE = 100
/** So many are kept as they come; older ones are read again when somebody asks for them. */
const KEPT = 300

export interface Timeline {
  facts: ShallowRef<FactLine[]>
  state: Ref<'loading' | 'ready' | 'failed'>
  problem: ShallowRef<Problem | null>
  /** There are older ones than those shown. */
  more: Ref<boolean>
  older: () => Promise<void>
}

interface Page {
  head: number
  facts: FactLine[]
}

/** Newest first, each position once. Pure. */
export function joinFacts(held: FactLine[], come: FactLine[]): FactLine[] {
  const seen = new Map(held.map((fact) => [fact.seq, fact]))
  for (const fact of come) seen.set(fact.seq, fact)
  return [...seen.values()].sort((a, b) => b.seq - a.seq)
}

export function useTimeline(stream: MaybeRefOrGetter<string | null>): Timeline {
  const facts = shallowRef<FactLine[]>([])
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const problem = shallowRef<Problem | null>(null)
  const more = ref(false)
  let shown: string | null = null
  let askedOlder = false

  async function read(name: string, query: string): Promise<void> {
    try {
      const page = await get<Page>(`/api/facts/${encodeURIComponent(name)}?${query}`)
      if (shown !== name) return
      facts.value = joinFacts(facts.value, page.facts)
      more.value = (facts.value.at(-1)?.seq ?? 1) > 1
      state.value = 'ready'
      problem.value = null
    } catch (thrown) {
      if (shown !== name) return
      problem.value = asProblem(thrown)
      state.value = 'failed'
    }
  }

  async function older(): Promise<void> {
    const last = facts.value.at(-1)
    if (!shown || !last || last.seq <= 1) return
    askedOlder = true
    await read(shown, `before=${last.seq}&limit=${PAGE}`)
  }

  watch(
    () => toValue(stream),
    (name) => {
      shown = name
      askedOlder = false
      facts.value = []
      more.value = false
      state.value = 'loading'
      if (name) void read(name, `limit=${PAGE}`)
    },
    { immediate: true },
  )
  useFacts(stream, (come) => {
    if (come[0]?.stream !== shown) return
    const all = joinFacts(facts.value, come)
    facts.value = askedOlder ? all : all.slice(0, KEPT)
    more.value = (facts.value.at(-1)?.seq ?? 1) > 1
  })
  // After a reset or a lost line facts may have come only as a snapshot; the record fills the gap.
  onScopeDispose(listen((word) => {
    if (word.is === 'snapshot' && word.stream === shown && state.value !== 'loading') void read(word.stream, `limit=${PAGE}`)
  }))
  return { facts, state, problem, more, older }
}
