/** Heights of the ground that the city loaded: read anew whenever the server says that something changed, drawn as hillshade. */
import { ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { asProblem, get } from '@/wire/api'
import { useTelemetry } from '@/wire/pictures'
import type { Theme } from '@/shell/theme'
import type { CatalogueState, Sensitivity } from './city_layers'
import type { LayerSpecification, SourceSpecification } from './maplibre'

/** One imported file. */
export interface ElevationPart {
  version: number
  source: string
  source_en: string
  licence: string
  date: string | null
  sensitivity: Sensitivity
  extent: [number, number, number, number]
  resolution_m: number
  lowest_m: number
  highest_m: number
  crs: string
  file_name: string
  imported_at: string
  imported_by: string
}

export interface Elevation {
  version: number
  sensitivity: Sensitivity
  extent: [number, number, number, number]
  least_zoom: number
  most_zoom: number
  lowest_m: number
  highest_m: number
  /** The uppermost first. */
  parts: ElevationPart[]
  /** `/tiles/elevation/{z}/{x}/{y}.png?v=…`: another version has another address. */
  tiles: string
}

/** The height of the ground at a point: `height_m` is null, never 0, where none is known. */
export interface GroundHeight {
  known: boolean
  height_m: number | null
  loaded: boolean
  source?: string
  source_en?: string
  licence?: string
  date?: string | null
  resolution_m?: number
}

/** Its name among the layers that a person switches off, its row's in the panel, its source's and layer's on the map. */
export const ELEVATION = 'elevation'

export const elevation: ShallowRef<Elevation | null> = shallowRef(null)
export const elevationState: Ref<CatalogueState> = ref('loading')
export const elevationReason = ref('')
export const mayChangeElevation = ref(false)

let asked = 0

export async function readElevation(): Promise<void> {
  const mine = ++asked
  try {
    const answer = await get<{ elevation: Elevation | null; may_change: boolean }>('/api/elevation/about')
    if (mine !== asked) return
    elevation.value = answer.elevation
    mayChangeElevation.value = answer.may_change
    elevationState.value = 'ready'
    elevationReason.value = ''
  } catch (thrown) {
    if (mine !== asked) return
    // What is held stays on the map: it may be old, and the panel says that it could not be read.
    elevationState.value = 'failed'
    elevationReason.value = asProblem(thrown).detail
  }
}

/** Follow it while the calling component lives. */
export function useElevation(): void {
  const { items } = useTelemetry<{ changes: number }>('layers')
  void readElevation()
  watch(
    () => items.value.catalogue?.changes,
    (now, before) => {
      if (now !== undefined && now !== before) void readElevation()
    },
  )
}

export function elevationSource(of: Elevation): SourceSpecification {
  return {
    type: 'raster-dem',
    tiles: [`${location.origin}${of.tiles}`],
    tileSize: 512,
    encoding: 'mapbox',
    minzoom: of.least_zoom,
    maxzoom: of.most_zoom,
    bounds: of.extent,
  }
}

/** Light from the north-west whichever way the map is turned, as on printed maps of this country. */
export function hillshade(theme: Theme): LayerSpecification {
  const dark = theme === 'dark'
  return {
    id: ELEVATION,
    type: 'hillshade',
    source: ELEVATION,
    paint: {
      'hillshade-illumination-direction': 315,
      'hillshade-illumination-anchor': 'map',
      'hillshade-exaggeration': dark ? 0.7 : 0.35,
      'hillshade-shadow-color': dark ? '#02070a' : '#55656b',
      'hillshade-highlight-color': dark ? '#3a4e58' : '#ffffff',
      'hillshade-accent-color': dark ? '#0b1418' : '#93a3a4',
    },
  }
}
