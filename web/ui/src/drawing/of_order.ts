/**
 * The drawings of the incident that a crew's order belongs to. The last ones are kept on the phone: a cordon must not vanish with the
 * signal, and it says how old it is when there is none.
 */
import { computed, shallowRef, watch } from 'vue'
import type { ComputedRef } from 'vue'
import type { Drawing } from '@/wire/objects'
import { usePicture } from '@/wire/pictures'

const KEPT = 'fengsui.field-drawings'

interface Kept {
  incident: string
  at: number
  drawings: Drawing[]
}

function read(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Kept | null
  } catch {
    return null
  }
}

export function useDrawingsOfOrder(incident: () => string | null): { drawings: ComputedRef<Drawing[]>; keptAt: ComputedRef<number | null> } {
  const live = usePicture(() => (incident() === null ? null : `incident:${incident()}`))
  const kept = shallowRef(read())
  const own = computed(() => (kept.value !== null && kept.value.incident === incident() ? kept.value : null))
  watch(
    () => live.picture.value?.drawings,
    (drawings) => {
      const id = incident()
      if (id === null || live.picture.value === null) return
      const now: Kept = { incident: id, at: live.lastHeardAt.value, drawings: Object.values(drawings ?? {}) }
      kept.value = now
      try {
        localStorage.setItem(KEPT, JSON.stringify(now))
      } catch {
        // A full store costs the drawings after a reload without a signal.
      }
    },
    { immediate: true },
  )
  return {
    drawings: computed(() => (live.picture.value ? Object.values(live.picture.value.drawings ?? {}) : (own.value?.drawings ?? []))),
    keptAt: computed(() => (live.picture.value && live.status.value === 'live' ? null : live.picture.value ? live.lastHeardAt.value || null : (own.value?.at ?? null))),
  }
}
