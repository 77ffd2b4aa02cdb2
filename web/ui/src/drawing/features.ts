/** Drawings as features and layers of the map: outlines, fills, arrows, symbols and words. */
import type { Feature, FeatureCollection, Position } from 'geojson'
import type { Locale } from '@/i18n/locale'
import { label } from '@/i18n/label'
import { MAP_FONT } from '@/map/maplibre'
import type { Palette } from '@/map/palette'
import type { Drawing, DrawingColour } from '@/wire/objects'

export const SOURCE = 'drawings'
export const SKETCH = 'drawing-sketch'
const DASHES = { solid: null, dashed: [3, 2], dotted: [0.2, 1.8], cordon: [7, 1, 1.5, 1] } as const

export function colourOf(name: DrawingColour, dark: boolean): string {
  const [onDark, onLight] = {
    red: ['#ff5a52', '#d11f16'],
    orange: ['#ff9838', '#c65f00'],
    yellow: ['#f2cc4d', '#9a7400'],
    green: ['#46c08a', '#137a4f'],
    blue: ['#58a6ff', '#1f5fbf'],
    purple: ['#b797ff', '#6a35d6'],
    black: ['#e8eef4', '#14202b'],
  }[name]
  return (dark ? onDark : onLight) ?? '#888'
}

export function symbolImageName(code: string | null, chosen: boolean): string {
  return `drawing-symbol|${code ?? ''}|${chosen ? 'chosen' : ''}`
}

export function arrowImageName(colour: DrawingColour): string {
  return `drawing-arrow|${colour}`
}

function rings(drawing: Drawing): Position[][] {
  const geometry = drawing.geometry
  if (geometry.type === 'Polygon') return geometry.coordinates.slice(0, 1)
  if (geometry.type === 'MultiPolygon') return geometry.coordinates.flatMap((part) => part.slice(0, 1))
  return []
}

/** The vertex that lies farthest to the top: there the words stand over nothing inside the area. */
function topOf(ring: Position[]): Position {
  return ring.reduce((best, at) => ((at[1] ?? 0) > (best[1] ?? 0) ? at : best), ring[0] ?? [0, 0])
}

/** Four arrows on the outline, one to each side: out of an area that spreads, into one that is held. */
function arrowsOf(drawing: Drawing, properties: Record<string, unknown>): Feature[] {
  const directions: [number, number, number][] = [[1, 0, 0], [0, -1, 90], [-1, 0, 180], [0, 1, 270]]
  return rings(drawing).flatMap((ring) =>
    directions.map(([x, y, turn]): Feature => {
      const at = ring.reduce((best, one) => ((one[0] ?? 0) * x + (one[1] ?? 0) * y > (best[0] ?? 0) * x + (best[1] ?? 0) * y ? one : best), ring[0] ?? [0, 0])
      return { type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: { ...properties, part: 'arrow', turn: drawing.style.arrows === 'in' ? turn + 180 : turn } }
    }),
  )
}

/** In the plane of the map (Mercator), as parts of a degree: what is a straight arrow on the screen is one here. */
function plane([lon = 0, lat = 0]: Position): [number, number] {
  return [lon, (Math.asinh(Math.tan((lat * Math.PI) / 180)) * 180) / Math.PI]
}

/** The place half-way along a line, where its name stands. Written along the line a name needs as many pixels of line as it is long, and is gone
 *  as soon as one zooms out; beside a point it stands at every zoom. */
export function middleOf(line: Position[]): Position {
  const points = line.map(plane)
  const steps = points.slice(1).map((to, i) => Math.hypot(to[0] - (points[i]?.[0] ?? 0), to[1] - (points[i]?.[1] ?? 0)))
  let left = steps.reduce((sum, step) => sum + step, 0) / 2
  for (const [i, step] of steps.entries()) {
    const [from, to] = [line[i], line[i + 1]]
    if (left <= step && from && to) {
      const share = step > 0 ? left / step : 0
      return [(from[0] ?? 0) + ((to[0] ?? 0) - (from[0] ?? 0)) * share, (from[1] ?? 0) + ((to[1] ?? 0) - (from[1] ?? 0)) * share]
    }
    left -= step
  }
  return line[0] ?? [0, 0]
}

/** The head at the end of a line that leads somewhere: arrows along it need a length of line that a route zoomed out does not have. `turn`: degrees
 *  clockwise for an image that points east. */
export function headOf(line: Position[]): { at: Position; turn: number } | null {
  const at = line[line.length - 1]
  const before = [...line].reverse().find((one) => at !== undefined && (one[0] !== at[0] || one[1] !== at[1]))
  if (!at || !before) return null
  const [a, b] = [plane(before), plane(at)]
  return { at, turn: (Math.atan2(a[1] - b[1], b[0] - a[0]) * 180) / Math.PI }
}

export function nameOf(drawing: Drawing): string {
  return drawing.name ?? label(drawing, 'kind')
}

export function drawingFeatures(drawings: Drawing[], chosen: string | null, dark: boolean, tongue: Locale): FeatureCollection {
  const features = drawings.flatMap((one): Feature[] => {
    const kind = tongue === 'zh' ? one.kind_zh : one.kind_en
    const facts = {
      id: one.id,
      kind: 'drawing',
      drawn: one.kind,
      shape: one.shape,
      kind_zh: one.kind_zh,
      kind_en: one.kind_en,
      symbol: one.symbol,
      dashed: one.style.dash !== 'solid',
      colour: colourOf(one.style.colour, dark),
      width: one.style.width,
      dash: one.style.dash,
      fill: one.style.fill,
      chosen: one.id === chosen,
      arrow: arrowImageName(one.style.colour),
    }
    if (one.shape === 'text') return [{ type: 'Feature', geometry: one.geometry, properties: { ...facts, part: 'text', title: one.name ?? '' } }]
    if (one.shape === 'point')
      return [{ type: 'Feature', geometry: one.geometry, properties: { ...facts, part: 'symbol', icon: symbolImageName(one.symbol, one.id === chosen), title: one.name ?? '' } }]
    const title = one.name === null ? kind : `${kind} ${one.name}`
    const body: Feature = { type: 'Feature', geometry: one.geometry, properties: { ...facts, part: one.shape, title, arrows: one.style.arrows } }
    if (one.shape === 'line') {
      const line = one.geometry.type === 'LineString' ? one.geometry.coordinates : []
      const head = one.style.arrows === 'ends' ? headOf(line) : null
      return [
        body,
        { type: 'Feature', geometry: { type: 'Point', coordinates: middleOf(line) }, properties: { ...facts, part: 'label', title } },
        ...(head ? [{ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: head.at }, properties: { ...facts, part: 'arrow', turn: head.turn } }] : []),
      ]
    }
    const words = rings(one).map((ring): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates: topOf(ring) }, properties: { ...facts, part: 'label', title } }))
    return [body, ...words, ...(one.style.arrows === 'in' || one.style.arrows === 'out' ? arrowsOf(one, facts) : [])]
  })
  return { type: 'FeatureCollection', features }
}

const mine = (...parts: string[]) => ['in', ['get', 'part'], ['literal', parts]]

/** Fills go under the names of places, the rest over them. */
export function fillLayers(): Record<string, unknown>[] {
  return [{ id: 'drawing-fill', type: 'fill', source: SOURCE, filter: mine('area'), paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': ['get', 'fill'] } }]
}

/** Layers that answer to a press: outlines, symbols and words, never the inside of an area. */
export const PRESSABLE = ['drawing-symbols', 'drawing-texts', ...Object.keys(DASHES).map((dash) => `drawing-line-${dash}`)]

export function lineLayers(p: Palette): Record<string, unknown>[] {
  const inked = { 'text-color': ['get', 'colour'], 'text-halo-color': p.halo, 'text-halo-width': 1.6 }
  const words = { 'text-field': ['get', 'title'], 'text-font': MAP_FONT }
  const width = ['+', ['get', 'width'], ['case', ['get', 'chosen'], 1.5, 0]]
  return [
    { id: 'drawing-case', type: 'line', source: SOURCE, filter: mine('area', 'line'), layout: { 'line-join': 'round' }, paint: { 'line-color': p.halo, 'line-width': ['+', width, 2.4], 'line-opacity': 0.55 } },
    ...Object.entries(DASHES).map(([dash, pattern]) => ({
      id: `drawing-line-${dash}`, type: 'line', source: SOURCE,
      filter: ['all', mine('area', 'line'), ['==', ['get', 'dash'], dash]],
      layout: { 'line-join': 'round', 'line-cap': dash === 'dotted' ? 'round' : 'butt' },
      paint: { 'line-color': ['get', 'colour'], 'line-width': width, ...(pattern ? { 'line-dasharray': [...pattern] } : {}) },
    })),
    {
      id: 'drawing-line-arrows', type: 'symbol', source: SOURCE, filter: ['all', mine('line'), ['==', ['get', 'arrows'], 'ends']],
      layout: { 'symbol-placement': 'line', 'symbol-spacing': 90, 'icon-image': ['get', 'arrow'], 'icon-rotation-alignment': 'map', 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
    {
      id: 'drawing-arrows', type: 'symbol', source: SOURCE, filter: mine('arrow'),
      layout: { 'icon-image': ['get', 'arrow'], 'icon-rotate': ['get', 'turn'], 'icon-rotation-alignment': 'map', 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
    { id: 'drawing-labels', type: 'symbol', source: SOURCE, filter: mine('label'), layout: { ...words, 'text-size': 13, 'text-variable-anchor-offset': NEAR_OR_A_LITTLE_OFF, 'text-justify': 'auto' }, paint: inked },
    { id: 'drawing-texts', type: 'symbol', source: SOURCE, filter: mine('text'), layout: { ...words, 'text-size': 15, 'text-allow-overlap': true }, paint: { ...inked, 'text-halo-width': 2 } },
    {
      id: 'drawing-symbols', type: 'symbol', source: SOURCE, filter: mine('symbol'),
      layout: { ...words, 'text-size': 12, 'text-anchor': 'top', 'text-offset': [0, 1.5], 'text-optional': true, 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true },
      paint: { 'text-color': p.textStrong, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
  ]
}

/** Where a name goes beside its point, the best place first; a little farther off rather than not at all. */
const NEAR_OR_A_LITTLE_OFF = ['bottom', [0, -0.6], 'top', [0, 0.6], 'left', [0.8, 0], 'right', [-0.8, 0], 'bottom', [0, -2], 'top', [0, 2]]

/** What is being drawn right now, over everything else. */
export function sketchLayers(p: Palette): Record<string, unknown>[] {
  return [
    { id: 'drawing-sketch-fill', type: 'fill', source: SKETCH, filter: mine('area'), paint: { 'fill-color': p.go, 'fill-opacity': 0.16 } },
    { id: 'drawing-sketch-line', type: 'line', source: SKETCH, filter: mine('area', 'line'), paint: { 'line-color': p.go, 'line-width': 2.4 } },
    { id: 'drawing-sketch-next', type: 'line', source: SKETCH, filter: mine('next'), paint: { 'line-color': p.go, 'line-width': 1.6, 'line-dasharray': [2, 2] } },
    { id: 'drawing-sketch-mid', type: 'circle', source: SKETCH, filter: mine('mid'), paint: { 'circle-radius': 4, 'circle-color': p.go, 'circle-opacity': 0.5 } },
    {
      id: 'drawing-sketch-vertex', type: 'circle', source: SKETCH, filter: mine('vertex', 'snap'),
      paint: { 'circle-radius': ['case', ['get', 'chosen'], 7.5, 5.5], 'circle-color': ['case', ['get', 'chosen'], p.go, p.plate], 'circle-stroke-color': p.go, 'circle-stroke-width': 2.2 },
    },
  ]
}
