/** Rings of areas: the band between two edges, the corner that lies highest, the lines of an outline. Pure. */
import type { Geometry, MultiPolygon, Position } from 'geojson'

function polygons(geometry: Geometry): Position[][][] {
  switch (geometry.type) {
    case 'Polygon':
      return [geometry.coordinates]
    case 'MultiPolygon':
      return geometry.coordinates
    case 'GeometryCollection':
      return geometry.geometries.flatMap(polygons)
    default:
      return []
  }
}

/** Twice the signed area; positive when the ring runs against the clock. */
function turning(ring: readonly Position[]): number {
  return ring.reduce((sum, [x = 0, y = 0], n) => {
    const [nextX = 0, nextY = 0] = ring[(n + 1) % ring.length] ?? []
    return sum + x * nextY - nextX * y
  }, 0)
}

const turned = (ring: Position[], against: boolean): Position[] => (turning(ring) > 0 === against ? ring : [...ring].reverse())

export function holds(ring: readonly Position[], [x = 0, y = 0]: Position): boolean {
  let inside = false
  for (let n = 0, before = ring.length - 1; n < ring.length; before = n++) {
    const [ax = 0, ay = 0] = ring[n] ?? []
    const [bx = 0, by = 0] = ring[before] ?? []
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}

/** What lies inside the outer edge and outside the inner one. An inner part that lies in no outer one is left out. */
export function bandBetween(outer: Geometry, inner: Geometry): MultiPolygon | null {
  const holes = polygons(inner).flatMap((one) => one.slice(0, 1))
  const parts = polygons(outer).flatMap((one): Position[][][] => {
    const [edge, ...own] = one
    if (!edge) return []
    const within = holes.filter((hole) => hole[0] !== undefined && holds(edge, hole[0]))
    return [[turned(edge, true), ...own.map((ring) => turned(ring, false)), ...within.map((ring) => turned(ring, false))]]
  })
  return parts.length ? { type: 'MultiPolygon', coordinates: parts } : null
}

/** The corner that lies farthest up (or down): words stand there over nothing inside the area. */
export function topOf(geometry: Geometry, up: 1 | -1 = 1): Position | null {
  const corners = polygons(geometry).flatMap((one) => one[0] ?? [])
  return corners.length ? corners.reduce((best, at) => ((at[1] ?? 0) * up > (best[1] ?? 0) * up ? at : best)) : null
}

export function linesOf(geometry: Geometry): Position[][] {
  switch (geometry.type) {
    case 'LineString':
      return [geometry.coordinates]
    case 'MultiLineString':
      return geometry.coordinates
    default:
      return polygons(geometry).flat()
  }
}
