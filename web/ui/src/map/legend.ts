/** What a map shows, in words: the entries of its visible layers that have something on it. */
import { cityLayers } from './city_layers'
import { cityId, markOf } from './city_style'
import { label } from '@/i18n/label'
import { has, say } from '@/i18n'
import type { Locale } from '@/i18n/locale'
import { facilitySign } from './icons'
import type { MapLibreMap } from './maplibre'

export interface LegendEntry {
  kind: 'fill' | 'line' | 'circle' | 'icon'
  colour?: string
  icon?: string
  dash?: boolean
  text: string
}

export interface LegendGroup {
  id: string
  title: string
  entries: LegendEntry[]
}

type Shown = Map<string, Record<string, unknown>[]>

/** Layers in the order of the legend, with their group; the text is `print.legend.<key>`. */
const PLAIN: { group: string; layer: string; kind: LegendEntry['kind']; key: string; dash?: boolean }[] = [
  { group: 'incident', layer: 'incident-line', kind: 'fill', key: 'incident_area' },
  { group: 'incident', layer: 'impact-line', kind: 'fill', key: 'impact_area', dash: true },
  { group: 'incident', layer: 'alert-areas', kind: 'fill', key: 'alert_area', dash: true },
  { group: 'incident', layer: 'fence-lines', kind: 'line', key: 'fence', dash: true },
  { group: 'answers', layer: 'route', kind: 'line', key: 'route' },
  { group: 'answers', layer: 'route-straight', kind: 'line', key: 'route_straight', dash: true },
  { group: 'answers', layer: 'reach-fill', kind: 'fill', key: 'reach' },
  { group: 'answers', layer: 'counted-line', kind: 'fill', key: 'counted' },
  { group: 'answers', layer: 'tracks', kind: 'line', key: 'track' },
  { group: 'roads', layer: 'closure-lines', kind: 'line', key: 'closed_road', dash: true },
  { group: 'roads', layer: 'closure-edges', kind: 'fill', key: 'closed_area', dash: true },
  { group: 'roads', layer: 'roads', kind: 'line', key: 'road' },
  { group: 'base', layer: 'rivers', kind: 'line', key: 'river' },
  { group: 'base', layer: 'reservoir-fill', kind: 'fill', key: 'reservoir_area' },
  { group: 'base', layer: 'county-lines', kind: 'line', key: 'county_line' },
  { group: 'base', layer: 'township-lines', kind: 'line', key: 'township_line' },
]
const GROUPS = ['incident', 'forces', 'answers', 'drawings', 'roads', 'places', 'city', 'base']
const ICONS: { group: string; layers: string[] }[] = [
  { group: 'incident', layers: ['incidents', 'alerts', 'calls'] },
  { group: 'forces', layers: ['units', 'units-idle'] },
  { group: 'roads', layers: ['closure-marks'] },
]
const FACILITY_LAYERS = ['facilities', 'reservoirs']

/** Everything on the map now, by layer. Empty layers are in no legend. */
function shownOn(map: MapLibreMap): Shown {
  const shown: Shown = new Map()
  for (const one of map.queryRenderedFeatures()) {
    const held = shown.get(one.layer.id)
    if (held) held.push(one.properties)
    else shown.set(one.layer.id, [one.properties])
  }
  return shown
}

function colourIn(map: MapLibreMap, layer: string, first: Record<string, unknown>): string | undefined {
  const kind = map.getLayer(layer)?.type
  const value: unknown = kind === 'fill' || kind === 'line' || kind === 'circle' ? map.getPaintProperty(layer, `${kind}-color`) : undefined
  if (typeof value === 'string') return value
  return typeof first.colour === 'string' && first.colour.startsWith('#') ? first.colour : undefined
}

function iconText(icon: string, tongue: Locale): string {
  const [kind = '', a = '', b = ''] = icon.split('|')
  const comma = tongue === 'zh' ? '，' : ', '
  if (kind === 'incident' && a === 'none') return say('print.legend.incident', { grade: say('words.ungraded') })
  if (kind === 'incident') return say('print.legend.incident', { grade: say(`words.grade.${a}`) }) + comma + say(`print.legend.${b}`)
  if (kind === 'alert') return say(`print.legend.alert_${a}`) + comma + say(`print.legend.${b}`)
  if (kind === 'unit') return say('print.legend.unit', { sign: a, state: say(`print.legend.unit_${b}`) })
  if (kind === 'closure') return say(`print.legend.closure_${a}`)
  return say(`print.legend.${kind}`)
}

export function legendOf(map: MapLibreMap | null, tongue: Locale): LegendGroup[] {
  if (!map) return []
  const shown = shownOn(map)
  const groups = new Map<string, LegendEntry[]>(GROUPS.map((id) => [id, []]))
  const put = (group: string, entry: LegendEntry) => groups.get(group)?.push(entry)

  for (const { group, layers } of ICONS) {
    const icons = new Set(layers.flatMap((layer) => (shown.get(layer) ?? []).map((facts) => String(facts.icon ?? ''))))
    for (const icon of [...icons].filter(Boolean).sort()) put(group, { kind: 'icon', icon, text: iconText(icon, tongue) })
  }
  const kinds = new Set(FACILITY_LAYERS.flatMap((layer) => shown.get(layer) ?? []).map((facts) => String(facts.kind ?? '')))
  for (const kind of [...kinds].filter((one) => has(`print.legend.place.${one}`)).sort()) {
    put('places', { kind: 'icon', icon: `facility|${facilitySign(kind, tongue)}`, text: say(`print.legend.place.${kind}`) })
  }
  const drawn = new Map<string, LegendEntry>()
  for (const [layer, all] of shown) {
    if (!layer.startsWith('drawing-line-') && layer !== 'drawing-symbols') continue
    for (const facts of all) {
      const text = String(facts.title ?? '')
      const entry: LegendEntry =
        layer === 'drawing-symbols'
          ? { kind: 'icon', icon: String(facts.icon ?? ''), text }
          : { kind: facts.part === 'area' ? 'fill' : 'line', colour: String(facts.colour), dash: facts.dash !== 'solid', text }
      if (text) drawn.set(text, entry)
    }
  }
  for (const entry of drawn.values()) put('drawings', entry)
  for (const { group, layer, kind, key, dash } of PLAIN) {
    const [first] = shown.get(layer) ?? []
    if (first) put(group, { kind, colour: colourIn(map, layer, first), dash: dash ?? false, text: say(`print.legend.${key}`) })
  }
  for (const layer of cityLayers.value) {
    const mark = markOf(layer)
    const part = mark === 'point' ? 'point' : mark === 'line' ? 'line' : 'area'
    const id = [part, 'line', 'point'].map((one) => `${cityId(layer.name)}:${one}`).find((one) => shown.has(one))
    if (!id) continue
    const kind = id.endsWith(':point') ? 'circle' : id.endsWith(':line') && mark !== 'area' ? 'line' : 'fill'
    put('city', { kind, colour: colourIn(map, id, {}), text: label(layer, 'title') })
  }
  return GROUPS.flatMap((id) => {
    const entries = groups.get(id) ?? []
    return entries.length ? [{ id, title: say(`print.legend.group_${id}`), entries }] : []
  })
}
