/** The city's own base maps: which there are, which one this person looks at on this device, and how it lies under our map. */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import { asProblem, get } from '@/wire/api'
import { useTelemetry } from '@/wire/pictures'
import { MAP_FONT } from './maplibre'
import type { LayerSpecification, SourceSpecification } from './maplibre'
import type { Palette } from './palette'

export interface VectorLayer {
  id: string
  fields: string[]
}

export interface BaseMap {
  name: string
  title_zh: string
  title_en: string
  attribution: string
  format: 'raster' | 'vector'
  min_zoom: number
  max_zoom: number
  /** Width of a tile on the screen. */
  tile_px: number
  /** west, south, east, north */
  bounds: [number, number, number, number] | null
  vector_layers: VectorLayer[]
  /** Addresses of its sheets on our own server, the lowest first. */
  tiles: string[]
  default: boolean
  /** Whether it can be had now; why not, in both languages. */
  reach: { state: 'ok' | 'away'; since: string | null; zh: string; en: string }
}

interface Answer {
  maps: BaseMap[]
  may_change: boolean
}

/** Our own map, no map at all, or the name of one of the city's. */
export const OWN = 'own'
export const NONE = 'none'

export const baseMaps: ShallowRef<BaseMap[]> = shallowRef([])
export const baseMapsState: Ref<'loading' | 'ready' | 'failed'> = ref('loading')
export const baseMapsReason = ref('')
export const mayChangeBaseMaps = ref(false)

const KEY = 'fengsui.basemap'
const chosen = ref<string | null>(remembered())

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

/** What is looked at: the choice made here while there still is such a map, else the administrator's, else our own. */
export const baseChoice: ComputedRef<string> = computed(() => choiceOf(chosen.value, baseMaps.value))

export function choiceOf(wanted: string | null, maps: readonly BaseMap[]): string {
  if (wanted === OWN || wanted === NONE || maps.some((one) => one.name === wanted)) return wanted as string
  return maps.find((one) => one.default)?.name ?? OWN
}

export const baseMap: ComputedRef<BaseMap | null> = computed(() => baseMaps.value.find((one) => one.name === baseChoice.value) ?? null)

export function chooseBaseMap(name: string): void {
  chosen.value = name
  try {
    localStorage.setItem(KEY, name)
  } catch {
    // Private windows may refuse storage; the choice then lasts as long as the page.
  }
}

let asked = 0
export async function readBaseMaps(): Promise<void> {
  const mine = ++asked
  try {
    const answer = await get<Answer>('/api/base-maps')
    if (mine !== asked) return
    baseMaps.value = answer.maps
    mayChangeBaseMaps.value = answer.may_change
    baseMapsState.value = 'ready'
    baseMapsReason.value = ''
  } catch (thrown) {
    if (mine !== asked) return
    // What is held stays on the map.
    baseMapsState.value = 'failed'
    baseMapsReason.value = asProblem(thrown).detail
  }
  askAgainLater()
}

/** How often the map that is looked at came back: then its tiles are asked for anew. */
const returns = ref(0)
watch(baseMap, (now, before) => {
  if (now?.name === before?.name && now?.reach.state === 'ok' && before?.reach.state === 'away') returns.value++
})

const ASK_AGAIN_MS = 20_000
let followers = 0
let waiting: ReturnType<typeof setTimeout> | null = null
/** While one is away the server tries it only when somebody asks. */
function askAgainLater(): void {
  if (waiting !== null || followers === 0) return
  if (baseMapsState.value !== 'failed' && !baseMaps.value.some((one) => one.reach.state === 'away')) return
  waiting = setTimeout(() => {
    waiting = null
    void readBaseMaps()
  }, ASK_AGAIN_MS)
}

/** A tile did not come: ask how the map stands, but not for every tile of a screen. */
let heard = 0
export function tileFailed(source: string, at = Date.now()): void {
  if (!source.startsWith('base:') || at - heard < 5000) return
  heard = at
  void readBaseMaps()
}

/** Follow them while the calling component lives. */
export function useBaseMaps(): void {
  const { items } = useTelemetry<{ changes: number; turn: number }>('layers')
  followers++
  onScopeDispose(() => { followers-- })
  void readBaseMaps()
  watch(
    () => items.value.base_maps,
    (now, before) => {
      if (now && (now.changes !== before?.changes || now.turn !== before.turn)) void readBaseMaps()
    },
  )
}

/** What of it the map is drawn from: while this stays the same, nothing need be drawn anew. */
export const baseDrawnFrom: ComputedRef<string> = computed(() => `${baseChoice.value} ${baseMap.value?.tiles.join(' ') ?? ''} ${String(returns.value)}`)

// --- how it is drawn ---------------------------------------------------------------------------------------------------------

export interface Under {
  choice: string
  map: BaseMap | null
}

/** Our own ground, which a base map covers. Lines and names stay above it. */
const COVERED = ['county-fill', 'relief', 'elevation']
/** What our own base map consists of; with none at all only what happens is drawn. */
const OWN_BASE = [...COVERED, 'township-lines', 'reservoir-fill', 'rivers', 'roads', 'county-lines', 'river-names', 'county-names', 'township-names', 'summits']
const HALOED = ['township-lines', 'rivers', 'roads', 'county-lines']
const HALO = 2.2

export const baseId = (name: string, sheet: number) => `base:${name}:${String(sheet)}`

export function baseSources({ map }: Under): Record<string, SourceSpecification> {
  if (!map) return {}
  const found: Record<string, SourceSpecification> = {}
  map.tiles.forEach((address, sheet) => {
    found[baseId(map.name, sheet)] = {
      type: map.format,
      tiles: [`${location.origin}${address}`],
      minzoom: map.min_zoom,
      maxzoom: map.max_zoom,
      ...(map.format === 'raster' ? { tileSize: map.tile_px } : {}),
      ...(map.bounds ? { bounds: map.bounds } : {}),
    } as SourceSpecification
  })
  return found
}

/** The style's layers with the base map among them: above our own ground, below everything that is drawn over it. */
export function overBaseMap(layers: LayerSpecification[], under: Under, p: Palette): LayerSpecification[] {
  if (under.choice === NONE) return layers.filter((layer) => !OWN_BASE.includes(layer.id))
  const { map } = under
  if (!map) return layers
  const last = layers.map((layer) => layer.id).findLastIndex((id) => id === 'ground' || COVERED.includes(id))
  const drawn = map.format === 'raster' ? rasterLayers(map) : vectorLayers(map, p)
  const above = layers.slice(last + 1).flatMap((layer) => readable(layer, p, map.format === 'raster'))
  return [...layers.slice(0, last + 1), ...drawn, ...above]
}

function rasterLayers(map: BaseMap): LayerSpecification[] {
  return map.tiles.map((_, sheet) => ({ id: baseId(map.name, sheet), type: 'raster', source: baseId(map.name, sheet), paint: { 'raster-fade-duration': 0 } }))
}

/** Our own lines get an edge and names a wider halo, so that they are read over any picture. */
function readable(layer: LayerSpecification, p: Palette, picture: boolean): LayerSpecification[] {
  if (layer.type === 'symbol') {
    const paint = layer.paint ?? {}
    if (!('text-halo-width' in paint)) return [layer]
    return [{ ...layer, paint: { ...paint, 'text-halo-color': p.halo, 'text-halo-width': HALO } }]
  }
  if (layer.type !== 'line' || !HALOED.includes(layer.id)) return [layer]
  const width = layer.paint?.['line-width'] ?? 1
  const edge = { ...layer, id: `${layer.id}-edge`, paint: { ...layer.paint, 'line-color': p.halo, 'line-width': wider(width), 'line-opacity': 0.55 } }
  // Roads and borders are drawn faintly over our own ground; over a picture they would be lost.
  const plain = picture && layer.id !== 'rivers' ? { ...layer, paint: { ...layer.paint, 'line-color': p.text } } : layer
  return [edge as LayerSpecification, plain as LayerSpecification]
}

/** The same width everywhere, two pixels more. Zoom must stay outermost, so the steps of an interpolation are widened one by one. */
function wider(width: unknown): unknown {
  if (typeof width === 'number') return width + 2
  if (Array.isArray(width) && width[0] === 'interpolate') return width.map((part: unknown, at) => (at > 3 && at % 2 === 0 ? widened(part) : part))
  return widened(width)
}
const widened = (part: unknown): unknown => (typeof part === 'number' ? part + 2 : ['+', part, 2])

// --- vector tiles of anybody: neutral, by the names that layers commonly have ---------------------------------------------------

const KINDS: [RegExp, 'water' | 'road' | 'edge' | 'building'][] = [
  [/water|ocean|river|lake|hydro|水/i, 'water'],
  [/road|street|transport|highway|rail|路|street/i, 'road'],
  [/bound|admin|border|界/i, 'edge'],
  [/build|house|建筑|房/i, 'building'],
]
const NAMES = ['name:zh', 'name_zh', 'name', 'NAME', '名称', 'name:en', 'name_en']

function vectorLayers(map: BaseMap, p: Palette): LayerSpecification[] {
  const areas: unknown[] = []
  const lines: unknown[] = []
  const points: unknown[] = []
  const names: unknown[] = []
  const seen = { minzoom: Math.max(0, map.min_zoom - 1) }
  for (const { id, fields } of map.vector_layers) {
    const kind = KINDS.find(([pattern]) => pattern.test(id))?.[1] ?? 'other'
    const from = { source: baseId(map.name, 0), 'source-layer': id, ...seen }
    const key = `${baseId(map.name, 0)}:${id}`
    const of = (name: string) => ['==', ['geometry-type'], name]
    const fill = { water: p.waterFill, road: p.road, edge: p.countyLine, building: p.townshipLine, other: p.townshipLine }[kind]
    const line = { water: p.water, road: p.road, edge: p.countyLine, building: p.countyLine, other: p.countyLine }[kind]
    areas.push({ id: `${key}:area`, type: 'fill', ...from, filter: of('Polygon'), paint: { 'fill-color': fill, 'fill-opacity': kind === 'water' ? 0.9 : kind === 'edge' ? 0 : 0.35 } })
    lines.push({ id: `${key}:line`, type: 'line', ...from, filter: ['!=', ['geometry-type'], 'Point'], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': line, 'line-width': ['interpolate', ['linear'], ['zoom'], 6, 0.5, 14, kind === 'road' ? 2.6 : 1.2] } })
    points.push({ id: `${key}:point`, type: 'circle', ...from, minzoom: Math.max(seen.minzoom, 9), filter: of('Point'), paint: { 'circle-radius': 2, 'circle-color': p.facility } })
    const named = NAMES.filter((name) => fields.includes(name))
    if (named.length > 0) {
      names.push({
        id: `${key}:name`, type: 'symbol', ...from, minzoom: Math.max(seen.minzoom, kind === 'other' ? 9 : 11),
        layout: {
          'text-field': ['to-string', ['coalesce', ...named.map((name) => ['get', name]), '']], 'text-font': MAP_FONT, 'text-size': 11,
          'symbol-placement': kind === 'road' ? 'line' : 'point', 'text-optional': true,
        },
        paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.2, 'text-opacity': 0.8 },
      })
    }
  }
  return [...areas, ...lines, ...points, ...names] as LayerSpecification[]
}
