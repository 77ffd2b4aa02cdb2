/** What is closed, and the answers to questions about roads and areas (routes, reach, counted areas), as features and layers. */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { Feature, FeatureCollection } from 'geojson'
import type { Closure } from '@/wire/objects'
import { usePicture } from '@/wire/pictures'
import type { Palette } from './palette'

/** Every standing closure; followed while a map is open, so that a road closed anywhere is closed on every screen. */
export function useClosures(): ComputedRef<Closure[]> {
  const roads = usePicture('roads')
  return computed(() => Object.values(roads.picture.value?.closures ?? {}))
}

export function closureFeatures(closures: Closure[]): FeatureCollection {
  const features = closures.flatMap((one): Feature[] => {
    const facts = { id: one.id, kind: 'closure', bars: one.bars, icon: `closure|${one.bars}`, title: one.reason }
    const mark: Feature = { type: 'Feature', geometry: { type: 'Point', coordinates: [one.point.lon, one.point.lat] }, properties: { ...facts, part: 'mark' } }
    if (one.kind === 'point') return [mark]
    return [{ type: 'Feature', geometry: one.geometry, properties: { ...facts, part: one.kind } }, mark]
  })
  return { type: 'FeatureCollection', features }
}

/** Under the names of places: areas that are closed or counted, and what is in reach. */
export function groundLayers(p: Palette): unknown[] {
  const mine = (part: string) => ['==', ['get', 'part'], part]
  const band = ['interpolate', ['linear'], ['coalesce', ['get', 'order'], 0], 0, 0.26, 3, 0.08]
  return [
    { id: 'reach-fill', type: 'fill', source: 'overlay', filter: mine('reach'), paint: { 'fill-color': p.go, 'fill-opacity': band } },
    { id: 'reach-line', type: 'line', source: 'overlay', filter: mine('reach'), paint: { 'line-color': p.go, 'line-width': 1 } },
    { id: 'counted-fill', type: 'fill', source: 'overlay', filter: mine('counted'), paint: { 'fill-color': p.impact, 'fill-opacity': 0.1 } },
    { id: 'counted-line', type: 'line', source: 'overlay', filter: mine('counted'), paint: { 'line-color': p.impact, 'line-width': 2 } },
    { id: 'closure-areas', type: 'fill', source: 'closures', filter: mine('area'), paint: { 'fill-color': p.incident, 'fill-opacity': 0.1 } },
    { id: 'closure-edges', type: 'line', source: 'closures', filter: mine('area'), paint: { 'line-color': p.incident, 'line-width': 1.6, 'line-dasharray': [1, 1.5] } },
  ]
}

/** Over the roads: the way that was asked for, and closed stretches with their marks. */
export function roadLayers(p: Palette): unknown[] {
  const mine = (part: string) => ['==', ['get', 'part'], part]
  const round = { 'line-cap': 'round', 'line-join': 'round' }
  return [
    { id: 'route-case', type: 'line', source: 'overlay', filter: mine('route'), layout: round, paint: { 'line-color': p.plate, 'line-width': 8 } },
    { id: 'route', type: 'line', source: 'overlay', filter: mine('route'), layout: round, paint: { 'line-color': p.go, 'line-width': 5 } },
    { id: 'route-straight', type: 'line', source: 'overlay', filter: mine('straight'), paint: { 'line-color': p.idle, 'line-width': 2, 'line-dasharray': [2, 3] } },
    { id: 'road-here', type: 'line', source: 'overlay', filter: mine('road'), layout: round, paint: { 'line-color': p.impact, 'line-width': 5, 'line-opacity': 0.8 } },
    { id: 'closure-lines', type: 'line', source: 'closures', filter: mine('roads'), layout: round, paint: { 'line-color': p.incident, 'line-width': 4, 'line-dasharray': [0.5, 2] } },
    { id: 'asked-here', type: 'circle', source: 'overlay', filter: mine('here'), paint: { 'circle-radius': 6, 'circle-color': p.go, 'circle-stroke-color': p.plate, 'circle-stroke-width': 2 } },
    {
      id: 'closure-marks', type: 'symbol', source: 'closures', filter: mine('mark'),
      layout: { 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true },
    },
  ]
}
