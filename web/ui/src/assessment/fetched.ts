/** What does not come with the picture: geometries and old versions (they never change), and what each model takes. */
import { ref, shallowReactive, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { asProblem, get } from '@/wire/api'
import type { Problem } from '@/wire/api'
import type { AnswerFootprint, Assessment, AssessmentVersion } from '@/wire/objects'

type Held<T> = { state: 'reading' } | { state: 'read'; value: T } | { state: 'failed'; problem: Problem }

const details = shallowReactive(new Map<string, Held<Assessment>>())
const MOST = 24

async function read(id: string): Promise<void> {
  details.set(id, { state: 'reading' })
  try {
    details.set(id, { state: 'read', value: await get<Assessment>(`/api/assessments/${id}`, { cache: 'default' }) })
  } catch (thrown) {
    details.set(id, { state: 'failed', problem: asProblem(thrown) })
  }
  for (const old of [...details.keys()].slice(0, Math.max(0, details.size - MOST))) details.delete(old)
}

/** The whole of an assessment; asked for once, again after a failure. */
export function detailOf(id: string | null): Held<Assessment> | null {
  return id === null ? null : (details.get(id) ?? null)
}

/** Keep reading the assessments that are named. */
export function useDetails(wanted: () => (string | null | undefined)[]): { again: () => void } {
  const ask = (force: boolean): void => {
    for (const id of wanted()) {
      const held = id ? details.get(id) : undefined
      if (id && (!held || (force && held.state === 'failed'))) void read(id)
    }
  }
  watch(wanted, () => { ask(false) }, { immediate: true })
  return { again: () => { ask(true) } }
}

/** The answer with its long lists whole, as soon as it is there; until then as the picture carries it. */
export function wholeOf(one: Assessment | null | undefined): Assessment['answer'] {
  if (!one?.answer?.cut?.length) return one?.answer ?? null
  const held = detailOf(one.id)
  return held?.state === 'read' && held.value.answer ? held.value.answer : one.answer
}

/** The footprints of an assessment with their geometry; null until they are there. */
export function footprintsOf(id: string | null): AnswerFootprint[] | null {
  const held = detailOf(id)
  return held?.state === 'read' ? (held.value.answer?.footprints ?? []) : null
}

export interface Versions {
  list: Readonly<ShallowRef<AssessmentVersion[]>>
  state: Readonly<Ref<'reading' | 'read' | 'failed'>>
  problem: Readonly<ShallowRef<Problem | null>>
  again: () => void
}

/** Every version of an incident's assessment, the newest first; read anew when a newer one is filed. */
export function useVersions(incident: () => string | null, newest: () => string | null): Versions {
  const list = shallowRef<AssessmentVersion[]>([])
  const state = ref<'reading' | 'read' | 'failed'>('reading')
  const problem = shallowRef<Problem | null>(null)
  let turn = 0
  async function fetch(): Promise<void> {
    const id = incident()
    const mine = ++turn
    if (!id) return
    if (list.value.length === 0) state.value = 'reading'
    try {
      const answer = await get<{ versions: AssessmentVersion[] }>(`/api/incidents/${id}/assessments`)
      if (mine !== turn) return
      list.value = answer.versions
      state.value = 'read'
      problem.value = null
    } catch (thrown) {
      if (mine !== turn) return
      state.value = 'failed'
      problem.value = asProblem(thrown)
    }
  }
  watch(incident, () => { list.value = [] })
  watch(() => [incident(), newest()], () => { void fetch() }, { immediate: true })
  return { list, state, problem, again: () => { void fetch() } }
}
