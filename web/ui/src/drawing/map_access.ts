/** The map that a component stands on: handed down by MapView, so that what is drawn on it can be a module of its own. */
import { inject } from 'vue'
import type { InjectionKey, Ref, ShallowRef } from 'vue'
import type { Arrangement } from '@/map/arrangement'
import type { MapLibreMap } from '@/map/maplibre'

export interface MapOnScreen {
  map: Readonly<ShallowRef<MapLibreMap | null>>
  ready: Readonly<Ref<boolean>>
  /** What of the map is switched off or dimmed: for layers that are put on it from outside. */
  arrangement: Readonly<Ref<Arrangement>>
  /** Properties of the drawings that lie on it: whoever draws them tells, the layer tree counts and explains them. */
  drawn: ShallowRef<readonly Record<string, unknown>[]>
  /** The same of the footprints of an assessment. */
  assessed: ShallowRef<readonly Record<string, unknown>[]>
}

export const MAP_ON_SCREEN: InjectionKey<MapOnScreen> = Symbol('map')

export function useMapOnScreen(): MapOnScreen {
  const found = inject(MAP_ON_SCREEN)
  if (!found) throw new Error('outside a map')
  return found
}
