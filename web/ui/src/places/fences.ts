/** Fences that stand, with their areas and who is inside: for the map, and for the list at the desk. */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { ComputedRef } from 'vue'
import type { FeatureCollection, Geometry } from 'geojson'
import { label } from '@/i18n/label'
import { asProblem, get } from '@/wire/api'
import type { Fence } from '@/wire/objects'

export interface FenceWithArea extends Fence {
  area: Geometry | null
  inside: { unit_id: string; since: string }[]
}

const AGAIN_MS = 5_000

/** What was last read, why the last reading failed ('': it did not), and the wall time (ms) of the last that did not. */
export const fencesRead = shallowRef<FenceWithArea[]>([])
export const fencesTrouble = ref('')
export const fencesReadAt = ref(0)

let turn = 0
export async function readFences(): Promise<boolean> {
  const mine = ++turn
  try {
    const answer = await get<{ fences: FenceWithArea[] }>('/api/fences')
    if (mine !== turn) return true
    fencesRead.value = answer.fences
    fencesTrouble.value = ''
    fencesReadAt.value = Date.now()
    return true
  } catch (thrown) {
    if (mine === turn) fencesTrouble.value = asProblem(thrown).detail
    return mine !== turn
  }
}

export const fenceName = (one: Pick<Fence, 'name' | 'name_en'>) => (one.name_en ? label({ x_zh: one.name, x_en: one.name_en }, 'x') : one.name)

/** As features; those of an incident's own areas are drawn with the incident and left out here. */
export function fenceFeatures(fences: FenceWithArea[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: fences.flatMap((one) => (one.area && (one.basis === 'drawn' || one.basis === 'district')
      ? [{ type: 'Feature' as const, geometry: one.area, properties: { id: one.id, title: fenceName(one), purpose: one.purpose } }]
      : [])),
  }
}

/** Read again whenever one was drawn or lifted, and after a failure until it succeeds. */
export function useFences(standing: () => Record<string, Fence> | undefined): ComputedRef<FeatureCollection> {
  let again: ReturnType<typeof setTimeout> | null = null
  let gone = false
  async function read(): Promise<void> {
    if (!(await readFences()) && !gone) again = setTimeout(() => { void read() }, AGAIN_MS)
  }
  watch(() => Object.keys(standing() ?? {}).sort().join(), (names, before) => {
    if (again) clearTimeout(again)
    if (names || before) void read()
  }, { immediate: true })
  onScopeDispose(() => {
    gone = true
    turn += 1
    fencesRead.value = []
    fencesReadAt.value = 0
    if (again) clearTimeout(again)
  })
  return computed(() => fenceFeatures(fencesRead.value))
}

/** Who is inside changes without a fence being drawn: read on while a list is shown. */
export function useFencesWatched(): void {
  const timer = setInterval(() => { void readFences() }, AGAIN_MS)
  void readFences()
  onScopeDispose(() => { clearInterval(timer) })
}
