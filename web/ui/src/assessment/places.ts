/** Where a priority area lies: the middle of the township that its code names, out of the base map; null where the map does not know it. */
import type { Geometry, Position } from 'geojson'
import { baseLayers } from '@/map/base_layers'

function corners(geometry: Geometry): Position[] {
  switch (geometry.type) {
    case 'Point':
      return [geometry.coordinates]
    case 'Polygon':
      return geometry.coordinates.flat()
    case 'MultiPolygon':
      return geometry.coordinates.flat(2)
    default:
      return []
  }
}

export function middleOfArea(code: string): { lon: number; lat: number } | null {
  for (const layer of ['townships', 'counties'] as const) {
    const found = baseLayers.get(layer)?.data?.features.find((one) => String(one.properties?.code ?? '') === code)
    const all = found ? corners(found.geometry) : []
    if (all.length === 0) continue
    const lons = all.map((at) => at[0] ?? 0)
    const lats = all.map((at) => at[1] ?? 0)
    const middle = (of: number[]) => (of.reduce((a, b) => Math.min(a, b)) + of.reduce((a, b) => Math.max(a, b))) / 2
    return { lon: middle(lons), lat: middle(lats) }
  }
  return null
}
