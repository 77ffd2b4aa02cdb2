/** The shape under the pointer: vertices that are added, moved and taken away, without a map and without a server (pure). */
import type { Geometry } from 'geojson'
import { areaM2, lengthM } from './geodesic'
import type { LonLat } from './geodesic'

export type SketchShape = 'area' | 'line' | 'point'

/** `paths`: rings of areas (not closed by a repeated point), or one line, or one point. `parts`: how many rings each polygon has. */
export interface Sketch {
  shape: SketchShape
  paths: LonLat[][]
  parts: number[]
  multi: boolean
}

export const LEAST: Record<SketchShape, number> = { area: 3, line: 2, point: 1 }

export function emptySketch(shape: SketchShape): Sketch {
  return { shape, paths: [[]], parts: [1], multi: false }
}

const fixed = ([lon, lat]: number[]): LonLat => [Number((lon ?? 0).toFixed(7)), Number((lat ?? 0).toFixed(7))]

export function sketchOf(geometry: Geometry): Sketch | null {
  const open = (ring: number[][]) => ring.slice(0, -1).map(fixed)
  switch (geometry.type) {
    case 'Point':
      return { shape: 'point', paths: [[fixed(geometry.coordinates)]], parts: [1], multi: false }
    case 'LineString':
      return { shape: 'line', paths: [geometry.coordinates.map(fixed)], parts: [1], multi: false }
    case 'Polygon':
      return { shape: 'area', paths: geometry.coordinates.map(open), parts: [geometry.coordinates.length], multi: false }
    case 'MultiPolygon':
      return { shape: 'area', paths: geometry.coordinates.flatMap((part) => part.map(open)), parts: geometry.coordinates.map((part) => part.length), multi: true }
    default:
      return null
  }
}

export function isComplete(sketch: Sketch): boolean {
  return sketch.paths.every((path) => path.length >= LEAST[sketch.shape])
}

/** GeoJSON of what is there; null while it is no shape yet. */
export function geometryOf(sketch: Sketch): Geometry | null {
  if (!isComplete(sketch)) return null
  const first = sketch.paths[0] ?? []
  if (sketch.shape === 'point') return { type: 'Point', coordinates: first[0] ?? [0, 0] }
  if (sketch.shape === 'line') return { type: 'LineString', coordinates: first }
  const rings = sketch.paths.map((path) => [...path, path[0] as LonLat])
  if (!sketch.multi) return { type: 'Polygon', coordinates: rings }
  let at = 0
  return { type: 'MultiPolygon', coordinates: sketch.parts.map((count) => rings.slice(at, (at += count))) }
}

function withPath(sketch: Sketch, index: number, path: LonLat[]): Sketch {
  return { ...sketch, paths: sketch.paths.map((one, i) => (i === index ? path : one)) }
}

export function added(sketch: Sketch, at: LonLat): Sketch {
  const path = sketch.paths[0] ?? []
  const last = path[path.length - 1]
  if (last && last[0] === at[0] && last[1] === at[1]) return sketch
  return withPath(sketch, 0, sketch.shape === 'point' ? [fixed(at)] : [...path, fixed(at)])
}

export function withoutLast(sketch: Sketch): Sketch {
  return withPath(sketch, 0, (sketch.paths[0] ?? []).slice(0, -1))
}

export function moved(sketch: Sketch, path: number, index: number, to: LonLat): Sketch {
  return withPath(sketch, path, (sketch.paths[path] ?? []).map((one, i) => (i === index ? fixed(to) : one)))
}

export function inserted(sketch: Sketch, path: number, before: number, at: LonLat): Sketch {
  const points = sketch.paths[path] ?? []
  return withPath(sketch, path, [...points.slice(0, before), fixed(at), ...points.slice(before)])
}

/** Null when the shape would no longer be one. */
export function without(sketch: Sketch, path: number, index: number): Sketch | null {
  const points = sketch.paths[path] ?? []
  if (points.length <= LEAST[sketch.shape]) return null
  return withPath(sketch, path, points.filter((_, i) => i !== index))
}

export interface Measured {
  length: number
  area: number | null
}

/** What it measures with the pointer as its next vertex; holes count against the area. */
export function measure(sketch: Sketch, pointer: LonLat | null): Measured {
  const ring = [...(sketch.paths[0] ?? []), ...(pointer ? [pointer] : [])]
  if (sketch.shape !== 'area') return { length: lengthM(ring), area: null }
  const paths = [ring, ...sketch.paths.slice(1)]
  let at = 0
  let area = 0
  for (const count of sketch.parts) {
    paths.slice(at, at + count).forEach((path, i) => { area += (i === 0 ? 1 : -1) * areaM2(path) })
    at += count
  }
  return { length: paths.reduce((sum, path) => sum + lengthM(path, true), 0), area: Math.max(0, area) }
}
