/** Fences that stand, for the map: their areas are read when the board says that one was drawn or lifted. */
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { ComputedRef } from 'vue'
import type { FeatureCollection, Geometry } from 'geojson'
import { label } from '@/i18n/label'
import { get } from '@/wire/api'
import type { Fence } from '@/wire/objects'

export interface FenceWithArea extends Fence {
  area: Geometry | null
  inside: { unit_id: string; since: string }[]
}

const AGAIN_MS = 5_000

/** As features; those of an incident's own areas are drawn with the incident and left out here. */
export function fenceFeatures(fences: FenceWithArea[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: fences.flatMap((one) => (one.area && (one.basis === 'drawn' || one.basis === 'district')
      ? [{ type: 'Feature' as const, geometry: one.area, properties: { id: one.id, title: one.name_en ? label({ x_zh: one.name, x_en: one.name_en }, 'x') : one.name, purpose: one.purpose } }]
      : [])),
  }
}

export function useFences(standing: () => Record<string, Fence> | undefined): ComputedRef<FeatureCollection> {
  const fences = shallowRef<FenceWithArea[]>([])
  let again: ReturnType<typeof setTimeout> | null = null
  let turn = 0
  async function read(): Promise<void> {
    const mine = ++turn
    try {
      const answer = await get<{ fences: FenceWithArea[] }>('/api/fences')
      if (mine === turn) fences.value = answer.fences
    } catch {
      if (mine === turn) again = setTimeout(() => { void read() }, AGAIN_MS)
    }
  }
  watch(() => Object.keys(standing() ?? {}).sort().join(), (names, before) => {
    if (again) clearTimeout(again)
    if (names || before) void read()
  }, { immediate: true })
  onScopeDispose(() => {
    turn += 1
    if (again) clearTimeout(again)
  })
  return computed(() => fenceFeatures(fences.value))
}
