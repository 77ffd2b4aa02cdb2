import type { Geometry, Position } from 'geojson'

/** Great-circle kilometres between two places in degrees. */
export function kilometres(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const rad = Math.PI / 180
  const dLat = (b.lat - a.lat) * rad
  const dLon = (b.lon - a.lon) * rad
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2
  return 2 * 6371.0088 * Math.asin(Math.min(1, Math.sqrt(h)))
}

function corners(shape: Geometry): Position[] {
  if (shape.type === 'GeometryCollection') return shape.geometries.flatMap(corners)
  return pairs(shape.coordinates)
}

function pairs(part: unknown): Position[] {
  if (!Array.isArray(part)) return []
  if (typeof part[0] === 'number') return [part as Position]
  return part.flatMap(pairs)
}

/** The middle of a shape's extent, in degrees; good enough to say which township it is about. */
export function middleOf(shape: Geometry): { lon: number; lat: number } | null {
  const all = corners(shape)
  const lons = all.map((at) => at[0] ?? NaN)
  const lats = all.map((at) => at[1] ?? NaN)
  const lon = (Math.min(...lons) + Math.max(...lons)) / 2
  const lat = (Math.min(...lats) + Math.max(...lats)) / 2
  return Number.isFinite(lon) && Number.isFinite(lat) ? { lon, lat } : null
}
