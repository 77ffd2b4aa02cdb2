/** Objects of the pictures as GeoJSON for the map's sources. */
import type { Feature, FeatureCollection, Geometry } from 'geojson'
import type { Alert, Call, IncidentHead, Point } from '@/wire/objects'
import type { Locale } from '@/i18n/locale'
import type { MapAreas } from './view'

/** A unit whose position is older than this is drawn dashed, with the age beside it. */
export const POSITION_OLD = 10 * 60_000

export const CATEGORY_SIGNS: Record<string, { zh: string; en: string }> = {
  nd: { zh: '灾', en: 'N' },
  ac: { zh: '事', en: 'A' },
  ph: { zh: '疫', en: 'H' },
  ss: { zh: '安', en: 'S' },
}

export interface WherePosition {
  lon: number
  lat: number
  accuracy_m?: number | null
  at?: string
  seen_at?: string
}

export function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features }
}

function at(point: Point | WherePosition): Geometry {
  return { type: 'Point', coordinates: [point.lon, point.lat] }
}

export function incidentFeatures(incidents: IncidentHead[], selected: string | null, tongue: Locale): FeatureCollection {
  return collection(
    incidents.flatMap((one) => {
      if (!one.point || (one.status === 'closed' && one.id !== selected)) return []
      const grade = one.grade.decided?.grade ?? one.grade.suggested?.grade ?? 'none'
      const state = one.grade.decided ? 'decided' : 'suggested'
      const sign = (CATEGORY_SIGNS[one.category] ?? { zh: '事', en: 'I' })[tongue]
      const chosen = one.id === selected
      return [
        {
          type: 'Feature',
          geometry: at(one.point),
          properties: { id: one.id, kind: 'incident', icon: `incident|${grade}|${state}|${sign}`, title: one.title, chosen, grade, order: chosen ? 1 : 0 },
        },
      ]
    }),
  )
}

export function alertFeatures(alerts: Alert[], selected: string | null): { points: FeatureCollection; areas: FeatureCollection } {
  const shown = alerts.filter((one) => one.state === 'new' || one.state === 'acknowledged' || one.id === selected)
  return {
    points: collection(
      shown.flatMap((one) =>
        one.point
          ? [
              {
                type: 'Feature' as const,
                geometry: at(one.point),
                properties: { id: one.id, kind: 'alert', icon: `alert|${one.colour ?? 'none'}|${one.state === 'new' ? 'open' : 'answered'}`, title: one.headline },
              },
            ]
          : [],
      ),
    ),
    areas: collection(
      shown.flatMap((one) =>
        one.geometry && one.geometry.type !== 'Point'
          ? [{ type: 'Feature' as const, geometry: one.geometry, properties: { id: one.id, kind: 'alert', colour: one.colour ?? 'none', chosen: one.id === selected } }]
          : [],
      ),
    ),
  }
}

export function callFeatures(calls: Call[]): FeatureCollection {
  return collection(
    calls.flatMap((one) =>
      one.point && one.state === 'open'
        ? [{ type: 'Feature' as const, geometry: at(one.point), properties: { id: one.id, kind: 'call', icon: 'call', title: one.place ?? one.text } }]
        : [],
    ),
  )
}

export function areaFeatures(areas: MapAreas | null): FeatureCollection {
  const parts: Feature[] = []
  if (areas?.impact) parts.push({ type: 'Feature', geometry: areas.impact, properties: { which: 'impact' } })
  if (areas?.incident) parts.push({ type: 'Feature', geometry: areas.incident, properties: { which: 'incident' } })
  return collection(parts)
}

/** An area being drawn: its corners, and the outline they make so far. */
export function sketchFeatures(corners: [number, number][]): FeatureCollection {
  const parts: Feature[] = corners.map((at) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: {} }))
  const first = corners[0]
  if (corners.length === 2) parts.push({ type: 'Feature', geometry: { type: 'LineString', coordinates: corners }, properties: {} })
  if (corners.length > 2 && first) parts.push({ type: 'Feature', geometry: { type: 'Polygon', coordinates: [[...corners, first]] }, properties: {} })
  return collection(parts)
}
