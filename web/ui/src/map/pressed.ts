/** What a press on a feature of the map means. */
import type { Geometry } from 'geojson'
import type { Locale } from '@/i18n/locale'
import { MEANS_KINDS } from '@/resources/means'
import type { MeansTarget } from '@/resources/means'
import type { GeoJSONSource, MapGeoJSONFeature, MapLibreMap } from './maplibre'
import type { MapTarget } from './view'

const SELECTED = ['incident', 'alert', 'call', 'unit', 'closure'] as const

/** `means`: its card is the map's own; `group`: several that lie close together; `own`: a feature of a city's layer. */
export type Pressed = { what: 'target'; target: MapTarget } | { what: 'means'; one: MeansTarget } | { what: 'group' } | { what: 'own'; layer: string; fid: number } | null

export function pressedOn(feature: MapGeoJSONFeature, at: { lng: number; lat: number }, tongue: Locale): Pressed {
  const facts = feature.properties as Record<string, unknown>
  if (facts.cluster === true) return { what: 'group' }
  if (feature.source.startsWith('city:')) return { what: 'own', layer: feature.source.slice('city:'.length), fid: Number(feature.id) }
  const id = String(facts.id ?? facts.code ?? '')
  const selected = SELECTED.find((one) => one === facts.kind)
  if (selected) return { what: 'target', target: { kind: selected, id } }
  // A base map's facility has a kind of the same name; only ours come from sources of their own.
  const kind = feature.source === 'facilities' ? undefined : MEANS_KINDS.find((one) => one === facts.kind)
  if (kind) return { what: 'means', one: { kind, id } }
  const geometry: Geometry = feature.geometry
  const [lon, lat] = geometry.type === 'Point' ? geometry.coordinates : [at.lng, at.lat]
  if (lon === undefined || lat === undefined) return null
  return { what: 'target', target: { kind: 'facility', id, name: String(facts[`name_${tongue}`] ?? facts.name_zh ?? ''), lon, lat } }
}

/** Several that lie close together come apart. */
export async function nearer(map: MapLibreMap, group: MapGeoJSONFeature, duration: number): Promise<void> {
  const source = map.getSource<GeoJSONSource>(group.source)
  if (!source || group.geometry.type !== 'Point') return
  const [lng, lat] = group.geometry.coordinates as [number, number]
  const zoom = await source.getClusterExpansionZoom(Number(group.properties.cluster_id))
  map.easeTo({ center: [lng, lat], zoom: zoom + 0.2, duration })
}
