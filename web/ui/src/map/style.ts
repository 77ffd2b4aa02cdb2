/** The map's style: our own layers over our own sources, no tiles, sprites or glyphs from anywhere. */
import type { Locale } from '@/i18n/locale'
import { arrangedStyle, fromTheGround } from './arranged'
import type { Arrangement } from './arrangement'
import { baseLayers } from './base_layers'
import { OWN, baseSources, overBaseMap } from './base_maps'
import type { Under } from './base_maps'
import type { CityLayer } from './city_layers'
import { ELEVATION, elevationSource, hillshade } from './elevation'
import type { Elevation } from './elevation'
import { cityDrawing, cityId, citySource } from './city_style'
import { collection } from './features'
import { MAP_FONT } from './maplibre'
import type { LayerSpecification, StyleSpecification } from './maplibre'
import type { Palette } from './palette'
import { FACILITY_KINDS, facilitySign } from './icons'
import type { Theme } from '@/shell/theme'
import { GATHERING, chosenLayers, quietLayers, shelterLayers } from './resource_layers'
import { groundLayers, roadLayers } from './road_layers'

type Expression = unknown[]

const EMPTY = collection([])
export const LIVE_SOURCES = ['areas', 'alert-areas', 'alerts', 'calls', 'units', 'incidents', 'sketch', 'overlay', 'closures', 'tracks', 'fences', 'shelters', 'shelters-idle', 'depots', 'beds', 'resource-chosen'] as const
export type LiveSource = (typeof LIVE_SOURCES)[number]

/** Layers that answer to a click, the nearest to the eye first. */
export const CLICKABLE = ['incidents', 'units', 'calls', 'alerts', 'shelters', 'shelter-groups', 'units-idle', 'depots', 'beds', 'shelters-idle', 'closure-marks', 'closure-lines', 'alert-areas', 'facilities', 'reservoirs']

/** The city's own layers as the catalogue has them; its heights. */
export interface Own {
  layers: readonly CityLayer[]
  theme: Theme
  elevation?: Elevation | null
  /** What lies below everything. */
  under?: Under
}

export function buildStyle(p: Palette, tongue: Locale, one: Arrangement, own: Own = { layers: [], theme: 'dark' }): StyleSpecification {
  const name: Expression = ['coalesce', ['get', `name_${tongue}`], ['get', 'name_zh'], ['get', 'name'], '']
  const sources: Record<string, unknown> = {}
  for (const layer of baseLayers.values()) {
    if (layer.data) sources[layer.name] = { type: 'geojson', data: layer.data }
    if (layer.image) sources['relief-image'] = { type: 'image', url: layer.image.url, coordinates: layer.image.corners }
  }
  for (const layer of own.layers) sources[cityId(layer.name)] = citySource(layer)
  const under = own.under ?? { choice: OWN, map: null }
  Object.assign(sources, baseSources(under))
  const heights = own.elevation ?? null
  if (heights) sources[ELEVATION] = elevationSource(heights)
  for (const source of LIVE_SOURCES) sources[source] = { type: 'geojson', data: EMPTY, ...(source === 'shelters' ? GATHERING : {}) }
  const ground = fromTheGround(one, own.layers.map((layer) => layer.name)).flatMap((called) => own.layers.filter((layer) => layer.name === called))
  const text = (size: unknown, extra: Record<string, unknown> = {}) => ({
    'text-field': name, 'text-font': MAP_FONT, 'text-size': size, ...extra,
  })
  const inked = (colour: string) => ({ 'text-color': colour, 'text-halo-color': p.halo, 'text-halo-width': 1.4 })
  const grades: Expression = ['match', ['get', 'colour'], 'red', p.grade.I, 'orange', p.grade.II, 'yellow', p.grade.III, 'blue', p.grade.IV, p.grade.none]
  const gradeOf: Expression = ['match', ['get', 'grade'], 'I', p.grade.I, 'II', p.grade.II, 'III', p.grade.III, 'IV', p.grade.IV, p.grade.none]
  const icon = { 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true }
  const beside = { 'text-anchor': 'left', 'text-offset': [1.25, 0], 'text-optional': true }

  const layers: unknown[] = [
    { id: 'ground', type: 'background', paint: { 'background-color': p.ground } },
    { id: 'county-fill', type: 'fill', source: 'counties', paint: { 'fill-color': p.county } },
    // Measured heights take the place of the drawn relief, also where they end.
    heights ? hillshade(own.theme) : { id: 'relief', type: 'raster', source: 'relief-image', paint: { 'raster-opacity': 0.35, 'raster-fade-duration': 0 } },
    { id: 'township-lines', type: 'line', source: 'townships', minzoom: 8.2, paint: { 'line-color': p.townshipLine, 'line-width': 0.8 } },
    { id: 'reservoir-fill', type: 'fill', source: 'reservoirs', filter: ['!=', ['geometry-type'], 'Point'], paint: { 'fill-color': p.waterFill, 'fill-outline-color': p.water } },
    {
      id: 'rivers', type: 'line', source: 'rivers', layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': p.water,
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 7, ['case', ['>', ['coalesce', ['get', 'order'], 2], 3], 0.25, 0.8], 10, 0.85],
        'line-width': ['interpolate', ['linear'], ['zoom'], 7, ['case', ['>', ['coalesce', ['get', 'order'], 2], 2], 0.6, 1.8], 12, ['case', ['>', ['coalesce', ['get', 'order'], 2], 2], 1.6, 4]],
      },
    },
    {
      id: 'roads', type: 'line', source: 'roads', minzoom: 7.5, layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': p.road,
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 7.5, 0.5, 10, 1],
        'line-width': ['interpolate', ['linear'], ['zoom'], 7.5, 0.6, 12, ['match', ['coalesce', ['get', 'class'], ''], ['expressway', 'national'], 3.2, ['provincial', 'county'], 2, 1.2]],
      },
    },
    { id: 'county-lines', type: 'line', source: 'counties', paint: { 'line-color': p.countyLine, 'line-width': 1.1 } },
    {
      id: 'river-names', type: 'symbol', source: 'rivers', minzoom: 8.5,
      layout: text(11, { 'symbol-placement': 'line', 'text-max-angle': 30 }), paint: { ...inked(p.water), 'text-halo-width': 1.2 },
    },
    ...ground.flatMap((layer) => cityDrawing(layer, p, own.theme)),
    { id: 'impact-fill', type: 'fill', source: 'areas', filter: ['==', ['get', 'which'], 'impact'], paint: { 'fill-color': p.impact, 'fill-opacity': 0.1 } },
    { id: 'impact-line', type: 'line', source: 'areas', filter: ['==', ['get', 'which'], 'impact'], paint: { 'line-color': p.impact, 'line-width': 1.4, 'line-dasharray': [4, 3] } },
    { id: 'incident-fill', type: 'fill', source: 'areas', filter: ['==', ['get', 'which'], 'incident'], paint: { 'fill-color': p.incident, 'fill-opacity': 0.22 } },
    { id: 'incident-line', type: 'line', source: 'areas', filter: ['==', ['get', 'which'], 'incident'], paint: { 'line-color': p.incident, 'line-width': 2 } },
    { id: 'alert-area-fill', type: 'fill', source: 'alert-areas', paint: { 'fill-color': grades, 'fill-opacity': ['case', ['get', 'chosen'], 0.2, 0.07] } },
    { id: 'alert-areas', type: 'line', source: 'alert-areas', paint: { 'line-color': grades, 'line-width': ['case', ['get', 'chosen'], 2, 1], 'line-dasharray': [2, 2] } },
    ...groundLayers(p),
    {
      id: 'county-names', type: 'symbol', source: 'counties', maxzoom: 11,
      layout: text(['interpolate', ['linear'], ['zoom'], 7, 12, 10, 15], { 'text-padding': 4 }), paint: inked(p.text),
    },
    {
      id: 'township-names', type: 'symbol', source: 'townships', minzoom: 9.2, layout: text(12, { 'text-padding': 6 }),
      paint: { ...inked(p.text), 'text-opacity': 0.85 },
    },
    {
      id: 'reservoirs', type: 'symbol', source: 'reservoirs', minzoom: 8.6,
      layout: { ...text(11, { ...beside, 'text-offset': [0.9, 0] }), 'icon-image': facilityIcon(tongue) }, paint: inked(p.text),
    },
    {
      id: 'facilities', type: 'symbol', source: 'facilities', minzoom: 8.8,
      layout: {
        ...text(['interpolate', ['linear'], ['zoom'], 10.4, 0, 10.5, 11], { ...beside, 'text-offset': [0.9, 0] }),
        'icon-image': facilityIcon(tongue), 'icon-padding': 1,
      },
      paint: inked(p.text),
    },
    {
      id: 'summits', type: 'symbol', source: 'relief', minzoom: 9,
      layout: text(11, { 'text-field': ['concat', '▲ ', name, ' ', ['to-string', ['get', 'elevation_m']], ' m'] }), paint: { ...inked(p.text), 'text-opacity': 0.8 },
    },
    { id: 'sketch-fill', type: 'fill', source: 'sketch', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': p.go, 'fill-opacity': 0.18 } },
    { id: 'sketch-line', type: 'line', source: 'sketch', paint: { 'line-color': p.go, 'line-width': 2, 'line-dasharray': [3, 2] } },
    { id: 'sketch-corners', type: 'circle', source: 'sketch', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 4.5, 'circle-color': p.plate, 'circle-stroke-color': p.go, 'circle-stroke-width': 2 } },
    ...roadLayers(p),
    { id: 'fence-lines', type: 'line', source: 'fences', paint: { 'line-color': p.impact, 'line-width': 1.8, 'line-dasharray': [1.5, 1.5] } },
    { id: 'fence-names', type: 'symbol', source: 'fences', minzoom: 9, layout: text(11, { 'text-field': ['get', 'title'], 'symbol-placement': 'line', 'text-offset': [0, -0.9] }), paint: inked(p.impact) },
    { id: 'tracks', type: 'line', source: 'tracks', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': p.go, 'line-width': 2.4, 'line-opacity': 0.75 } },
    ...chosenLayers(p),
    ...quietLayers(p),
    { id: 'alerts', type: 'symbol', source: 'alerts', layout: { ...icon, ...text(12, { ...beside, 'text-field': ['step', ['zoom'], '', 8.5, ['get', 'title']] }) }, paint: inked(p.text) },
    { id: 'calls', type: 'symbol', source: 'calls', layout: { ...icon, ...text(12, { ...beside, 'text-field': ['step', ['zoom'], '', 8, ['get', 'title']] }) }, paint: inked(p.text) },
    { id: 'units-idle', type: 'symbol', source: 'units', filter: ['!', ['get', 'busy']], minzoom: 8, layout: { 'icon-image': ['get', 'icon'], 'icon-size': 0.8 } },
    ...shelterLayers(p, tongue),
    {
      id: 'units', type: 'symbol', source: 'units', filter: ['get', 'busy'],
      layout: { ...icon, ...text(12, { ...beside, 'text-field': ['get', 'title'] }) }, paint: inked(p.text),
    },
    {
      id: 'incident-rings', type: 'circle', source: 'incidents', filter: ['get', 'chosen'],
      paint: { 'circle-radius': 24, 'circle-color': gradeOf, 'circle-opacity': 0.18, 'circle-stroke-color': gradeOf, 'circle-stroke-width': 2 },
    },
    {
      id: 'incidents', type: 'symbol', source: 'incidents',
      layout: { ...icon, ...text(13, { ...beside, 'text-field': ['get', 'title'], 'text-offset': [1.5, 0] }), 'symbol-sort-key': ['get', 'order'] },
      paint: inked(p.textStrong),
    },
  ]
  const shown = overBaseMap(layers as LayerSpecification[], under, p).filter((layer) => !('source' in layer) || String(layer.source) in sources)
  return { version: 8, sources, layers: arrangedStyle(shown, one) } as StyleSpecification
}

function facilityIcon(tongue: Locale): Expression {
  return ['match', ['get', 'kind'], ...FACILITY_KINDS.flatMap((kind) => [kind, `facility|${facilitySign(kind, tongue)}`]), `facility|${facilitySign('', tongue)}`]
}
