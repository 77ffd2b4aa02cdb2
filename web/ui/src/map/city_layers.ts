/** Layers that the city loaded itself, as this account may see them: read anew whenever the server says that something changed. */
import { ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { asProblem, get } from '@/wire/api'
import { useTelemetry } from '@/wire/pictures'

export type Sensitivity = 'public' | 'internal' | 'restricted'

export interface Attribute {
  name: string
  title: string
  type: 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'datetime'
}

export interface CityLayer {
  name: string
  kind: 'city'
  title_zh: string
  title_en: string
  owner: string
  department: string | null
  readers: string[]
  source: string
  source_en: string
  licence: string
  date: string | null
  illustrative: boolean
  sensitivity: Sensitivity
  label: string | null
  version: number
  number: number
  features: number
  geometries: Record<string, number>
  attributes: Attribute[]
  /** Features drawn at zoom 0, 1, …: further out only what can be told apart. */
  zooms: number[]
  extent: [number, number, number, number]
  crs: string
  origin: string
  format: string
  file_name: string
  imported_at: string
  imported_by: string
  /** `/tiles/<name>/{z}/{x}/{y}.mvt?v=…`: another version has another address. */
  tiles: string
  may_change: boolean
}

interface CatalogueAnswer {
  layers: (CityLayer | { kind: 'built_in' })[]
  may_import: boolean
}

export type CatalogueState = 'loading' | 'ready' | 'failed'

export const cityLayers: ShallowRef<CityLayer[]> = shallowRef([])
export const catalogueState: Ref<CatalogueState> = ref('loading')
export const catalogueReason = ref('')
export const mayImport = ref(false)

let asked = 0

export async function readCatalogue(): Promise<void> {
  const mine = ++asked
  try {
    const answer = await get<CatalogueAnswer>('/api/layers')
    if (mine !== asked) return
    cityLayers.value = answer.layers.filter((layer): layer is CityLayer => layer.kind === 'city')
    mayImport.value = answer.may_import
    catalogueState.value = 'ready'
    catalogueReason.value = ''
  } catch (thrown) {
    if (mine !== asked) return
    // What is held stays on the map: it may be old, and the panel says that it could not be read.
    catalogueState.value = 'failed'
    catalogueReason.value = asProblem(thrown).detail
  }
}

/** Follow the catalogue while the calling component lives. */
export function useCityLayers(): void {
  const { items } = useTelemetry<{ changes: number; region: string }>('layers')
  void readCatalogue()
  watch(
    () => items.value.catalogue,
    (now, before) => {
      if (now && (now.changes !== before?.changes || now.region !== before.region)) void readCatalogue()
    },
  )
}

/** How many features are drawn at this zoom of the map, whose tiles are twice the usual size. */
export function drawnAt(layer: CityLayer, zoom: number): number {
  const index = Math.max(0, Math.min(Math.floor(zoom), layer.zooms.length - 1))
  return layer.zooms[index] ?? layer.features
}
