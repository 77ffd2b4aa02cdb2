/** The map that a component stands on: handed down by MapView, so that what is drawn on it can be a module of its own. */
import { inject } from 'vue'
import type { InjectionKey, Ref, ShallowRef } from 'vue'
import type { MapLibreMap } from '@/map/maplibre'

export interface MapOnScreen {
  map: Readonly<ShallowRef<MapLibreMap | null>>
  ready: Readonly<Ref<boolean>>
}

export const MAP_ON_SCREEN: InjectionKey<MapOnScreen> = Symbol('map')

export function useMapOnScreen(): MapOnScreen {
  const found = inject(MAP_ON_SCREEN)
  if (!found) throw new Error('outside a map')
  return found
}
