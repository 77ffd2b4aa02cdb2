/** The way to the order's place: asked again when the unit has moved, kept when there is no signal, and then it says how old it is. */
import { computed, shallowRef, watch } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import type { FeatureCollection } from 'geojson'
import { useClosures } from '@/map/road_layers'
import { get } from '@/wire/api'
import type { RouteAnswer } from '@/desk/around/around'
import { metresBetween, type Fix } from './position'

const MOVED_M = 300

export interface KeptRoute {
  answer: RouteAnswer
  /** Wall time in ms at which it was asked. */
  at: number
  from: Fix
}

export interface FieldRoute {
  kept: Readonly<ShallowRef<KeptRoute | null>>
  /** The last question got no answer: what is shown is the one before. */
  unheard: Readonly<ShallowRef<boolean>>
  overlay: ComputedRef<FeatureCollection | null>
}

export function routeOverlay(answer: RouteAnswer, from: { lon: number; lat: number }, to: { lon: number; lat: number }): FeatureCollection {
  const straight = { type: 'LineString' as const, coordinates: [[from.lon, from.lat], [to.lon, to.lat]] }
  const line = answer.route.geometry
  return { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: line ?? straight, properties: { part: line ? 'route' : 'straight' } }] }
}

/** Whether what is kept no longer answers the question. */
export function worthAsking(kept: KeptRoute | null, fix: Fix): boolean {
  return kept === null || metresBetween(kept.from, fix) >= MOVED_M
}

export function useFieldRoute(goal: () => { lon: number; lat: number } | null, fix: () => Fix | null): FieldRoute {
  const kept = shallowRef<KeptRoute | null>(null)
  const unheard = shallowRef(false)
  const closures = useClosures()
  let asking = false
  let turn = 0

  async function ask(): Promise<void> {
    const to = goal()
    const from = fix()
    if (!to || !from || asking) return
    asking = true
    const mine = turn
    try {
      const params = new URLSearchParams({ from_lon: String(from.lon), from_lat: String(from.lat), to_lon: String(to.lon), to_lat: String(to.lat) })
      const answer = await get<RouteAnswer>(`/api/roads/route?${params.toString()}`)
      if (mine === turn) kept.value = { answer, at: Date.now(), from }
      unheard.value = false
    } catch {
      unheard.value = true
    } finally {
      asking = false
      if (mine !== turn) void ask()
    }
  }

  // Another goal, or another state of the roads: the way kept is a way no more, but an old one beats none without a signal.
  watch(() => `${goal()?.lon},${goal()?.lat}`, () => {
    turn += 1
    kept.value = null
    void ask()
  }, { immediate: true })
  watch(() => closures.value.map((one) => `${one.id}${one.version}`).join(), () => {
    turn += 1
    void ask()
  })
  watch(fix, (now) => { if (now && worthAsking(kept.value, now)) void ask() })

  const overlay = computed(() => {
    const to = goal()
    return kept.value && to ? routeOverlay(kept.value.answer, kept.value.from, to) : null
  })
  return { kept, unheard, overlay }
}
