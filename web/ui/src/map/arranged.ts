/**
 * An arrangement on a map: at first written into the layers of a style, afterwards changed on the map as it stands. Switching, dimming and
 * reordering never build the style anew. Each layer carries its own full strength in its metadata, so any part of the program may add layers.
 */
import { isOn, opacityOf, ordered } from './arrangement'
import type { Arrangement } from './arrangement'
import type { LayerSpecification, MapLibreMap } from './maplibre'
import { OVER_CITY, cityParts, rowOf } from './rows'

const STRENGTHS: Record<string, readonly string[]> = {
  fill: ['fill-opacity'],
  line: ['line-opacity'],
  circle: ['circle-opacity', 'circle-stroke-opacity'],
  symbol: ['icon-opacity', 'text-opacity'],
  raster: ['raster-opacity'],
  hillshade: ['hillshade-exaggeration'],
}

/** A strength times `share`. Zoom may stand only at the top of an expression, so the outputs of steps and ramps are multiplied, not the whole. */
export function faded(value: unknown, share: number): unknown {
  if (share === 1) return value
  if (typeof value === 'number') return Math.round(value * share * 1000) / 1000
  if (!Array.isArray(value)) return share
  const [kind, ...rest] = value as unknown[]
  if (kind === 'interpolate') return [kind, rest[0], rest[1], ...rest.slice(2).map((part, at) => (at % 2 === 1 ? faded(part, share) : part))]
  if (kind === 'step') return [kind, rest[0], ...rest.slice(1).map((part, at) => (at % 2 === 0 ? faded(part, share) : part))]
  return ['*', share, value]
}

interface Metadata {
  row?: string
  full?: Record<string, unknown>
}

/** A layer as it is to be drawn, with its full strength kept beside. Layers without a row come back as they are. */
export function arrangedLayer<T extends { id: string; type: string }>(layer: T, one: Arrangement): T {
  const row = rowOf(layer.id)
  if (row === null) return layer
  const paint = ((layer as { paint?: Record<string, unknown> }).paint ?? {})
  const full = Object.fromEntries((STRENGTHS[layer.type] ?? []).map((name) => [name, paint[name] ?? 1]))
  const share = opacityOf(one, row)
  return {
    ...layer,
    metadata: { row, full } satisfies Metadata,
    layout: { ...(layer as { layout?: object }).layout, visibility: isOn(one, row) ? 'visible' : 'none' },
    ...(share === 1 ? {} : { paint: { ...paint, ...Object.fromEntries(Object.entries(full).map(([name, value]) => [name, faded(value, share)])) } }),
  }
}

export function arrangedStyle(layers: readonly LayerSpecification[], one: Arrangement): LayerSpecification[] {
  return layers.map((layer) => arrangedLayer(layer, one))
}

/** Bring a map to an arrangement; what is as it should be is not touched. `names`: the city's layers as the catalogue has them. */
export function arrangeMap(map: MapLibreMap, one: Arrangement, names: readonly string[]): void {
  const there = map.getLayersOrder()
  for (const id of there) {
    const layer = map.getLayer(id)
    const told = layer?.metadata as Metadata | undefined
    if (!layer || !told?.row) continue
    const wanted = isOn(one, told.row) ? 'visible' : 'none'
    if ((map.getLayoutProperty(id, 'visibility') ?? 'visible') !== wanted) map.setLayoutProperty(id, 'visibility', wanted)
    for (const [name, value] of Object.entries(told.full ?? {})) {
      const next = faded(value, opacityOf(one, told.row))
      const paint = name as 'line-opacity'
      if (JSON.stringify(map.getPaintProperty(id, paint) ?? 1) !== JSON.stringify(next)) map.setPaintProperty(id, paint, next as number)
    }
  }
  const wanted = fromTheGround(one, names).flatMap(cityParts).filter((id) => there.includes(id))
  if (JSON.stringify(there.filter((id) => wanted.includes(id))) === JSON.stringify(wanted)) return
  const before = there.includes(OVER_CITY) ? OVER_CITY : undefined
  for (const id of wanted) map.moveLayer(id, before)
}

/** The city's layers in the order in which they are drawn, each under the next. */
export const fromTheGround = (one: Arrangement, names: readonly string[]) => ordered(one, names).reverse()
