/** How a city's own layers are drawn: one colour each, areas under lines under points, names where one is close enough. */
import { MAP_FONT } from './maplibre'
import type { LayerSpecification, SourceSpecification } from './maplibre'
import type { CityLayer } from './city_layers'
import type { Palette } from './palette'
import type { Theme } from '@/shell/theme'

/** Hues far from those of grades (red, orange, yellow, blue) as far as eight can be; told apart by shape and name too. */
export const HUES: Record<Theme, string[]> = {
  dark: ['#c792ea', '#4fd1c5', '#f48fb1', '#a3d977', '#8fb4d9', '#d7a86e', '#b0bec5', '#e2c0ff'],
  light: ['#7b3fb5', '#00796b', '#b0356e', '#4d7f17', '#33658a', '#8a5a1c', '#546e7a', '#9c4dcc'],
}

/** The same colour for the same name on every screen, whatever else is loaded. */
export function colourOf(name: string, theme: Theme): string {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0
  const hues = HUES[theme]
  return hues[sum % hues.length] ?? '#888888'
}

export type Mark = 'point' | 'line' | 'area' | 'mixed'

export function markOf(layer: Pick<CityLayer, 'geometries'>): Mark {
  const kinds = new Set(Object.keys(layer.geometries).map((kind) => kind.replace('Multi', '')))
  if (kinds.size !== 1) return 'mixed'
  if (kinds.has('Point')) return 'point'
  return kinds.has('Polygon') ? 'area' : 'line'
}

/** What a layer's features are drawn as, from the ground up: one of it, or several when it is mixed. */
export function marksOf(layer: Pick<CityLayer, 'geometries'>): ('area' | 'line' | 'point')[] {
  const kinds = new Set(Object.keys(layer.geometries).map((kind) => markOf({ geometries: { [kind]: 1 } })))
  return (['area', 'line', 'point'] as const).filter((mark) => kinds.has(mark))
}

export const cityId = (name: string) => `city:${name}`
/** The parts of one layer that answer to a press. */
export const cityPressed = (name: string) => [`${cityId(name)}:point`, `${cityId(name)}:line`, `${cityId(name)}:area`]

export function citySource(layer: CityLayer): SourceSpecification {
  return {
    type: 'vector',
    tiles: [`${location.origin}${layer.tiles}`],
    minzoom: 0,
    maxzoom: 16,
    bounds: padded(layer.extent),
  }
}

/** A single point has no extent, and MapLibre asks for no tile of nothing. */
function padded([west, south, east, north]: CityLayer['extent']): [number, number, number, number] {
  const margin = 0.01
  return [Math.max(-180, west - margin), Math.max(-85, south - margin), Math.min(180, east + margin), Math.min(85, north + margin)]
}

export function cityDrawing(layer: CityLayer, p: Palette, theme: Theme): LayerSpecification[] {
  const colour = colourOf(layer.name, theme)
  const from = { source: cityId(layer.name), 'source-layer': 'features' }
  const kind = (name: string) => ['==', ['geometry-type'], name]
  const parts: unknown[] = [
    { id: `${cityId(layer.name)}:area`, type: 'fill', ...from, filter: kind('Polygon'), paint: { 'fill-color': colour, 'fill-opacity': 0.22 } },
    {
      id: `${cityId(layer.name)}:line`, type: 'line', ...from, filter: ['!=', ['geometry-type'], 'Point'],
      paint: { 'line-color': colour, 'line-width': ['interpolate', ['linear'], ['zoom'], 6, 0.8, 14, 2.2] },
    },
    {
      id: `${cityId(layer.name)}:point`, type: 'circle', ...from, filter: kind('Point'),
      paint: {
        'circle-color': colour, 'circle-radius': ['interpolate', ['linear'], ['zoom'], 5, 2, 8, 3.2, 15, 5.5],
        'circle-stroke-color': p.halo, 'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 9, 0, 12, 1],
      },
    },
  ]
  if (layer.label) {
    parts.push({
      id: `${cityId(layer.name)}:name`, type: 'symbol', ...from, minzoom: 11,
      layout: {
        'text-field': ['to-string', ['get', layer.label]], 'text-font': MAP_FONT, 'text-size': 11,
        'text-anchor': 'top', 'text-offset': [0, 0.6], 'text-optional': true,
      },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
    })
  }
  return parts as LayerSpecification[]
}
