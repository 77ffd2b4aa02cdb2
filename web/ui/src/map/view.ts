import type { Geometry } from 'geojson'

/** Where a map looks: what a presenter shares and every site follows. */
export interface MapLook {
  center: [number, number]
  zoom: number
  bearing: number
}

export type MapTarget =
  | { kind: 'incident'; id: string }
  | { kind: 'alert'; id: string }
  | { kind: 'call'; id: string }
  | { kind: 'unit'; id: string }
  | { kind: 'closure'; id: string }
  | { kind: 'facility'; id: string; name: string; lon: number; lat: number }

export interface MapAreas {
  /** Where the incident itself is. */
  incident: Geometry | null
  /** What it may reach: another thing, drawn another way. */
  impact: Geometry | null
}

/** The training region, in degrees. */
export const REGION: [[number, number], [number, number]] = [
  [98.6, 22.95],
  [100.65, 25.1],
]

export function sameLook(a: MapLook | null, b: MapLook | null): boolean {
  if (!a || !b) return a === b
  return (
    Math.abs(a.center[0] - b.center[0]) < 1e-5 &&
    Math.abs(a.center[1] - b.center[1]) < 1e-5 &&
    Math.abs(a.zoom - b.zoom) < 1e-3 &&
    Math.abs(a.bearing - b.bearing) < 1e-2
  )
}
