/** What the city itself brings to the map: its layers, its heights, the base map that a person looks at. Followed while the calling component lives. */
import { computed } from 'vue'
import { theme } from '@/shell/theme'
import { baseChoice, baseDrawnFrom, baseMap, useBaseMaps } from './base_maps'
import { cityLayers, useCityLayers } from './city_layers'
import { elevation, useElevation } from './elevation'

export function useOwn() {
  useCityLayers()
  useBaseMaps()
  useElevation()
  const own = computed(() => ({ layers: cityLayers.value, theme: theme.value, under: { choice: baseChoice.value, map: baseMap.value }, elevation: elevation.value }))
  const names = computed(() => cityLayers.value.map((layer) => layer.name))
  /** What of it is drawn: anything else about it may change without drawing the map anew. */
  const ownDrawn = computed(() =>
    [baseDrawnFrom.value, elevation.value?.tiles ?? '', ...cityLayers.value.map((layer) => `${layer.tiles} ${layer.label ?? ''}`)].join('\n'),
  )
  return { own, names, ownDrawn }
}
