/** The base map's layers, fetched once and shared by every map on the page. Each says where it is from and how old it is. */
import { shallowReactive } from 'vue'
import type { FeatureCollection } from 'geojson'
import { asProblem, get } from '@/wire/api'

export const BASE_NAMES = ['counties', 'townships', 'rivers', 'roads', 'reservoirs', 'facilities', 'relief'] as const
export type BaseName = (typeof BASE_NAMES)[number]

export interface BaseLayer {
  name: BaseName
  state: 'loading' | 'ready' | 'failed'
  data: FeatureCollection | null
  source: string
  date: string | null
  illustrative: boolean
  title_zh: string
  title_en: string
  reason: string
  /** An image that lies under the map, with its corners (lon, lat) from the top left clockwise. */
  image: { url: string; corners: [[number, number], [number, number], [number, number], [number, number]] } | null
}

export interface LayerAnswer extends FeatureCollection {
  source?: string
  source_zh?: string
  source_en?: string
  date?: string | null
  illustrative?: boolean
  title_zh?: string
  title_en?: string
  image?: { url: string; bounds?: [number, number, number, number]; corners?: BaseLayer['image'] extends infer I ? (I extends { corners: infer C } ? C : never) : never }
}

export const baseLayers = shallowReactive(new Map<BaseName, BaseLayer>())

function blank(name: BaseName): BaseLayer {
  return { name, state: 'loading', data: null, source: '', date: null, illustrative: true, title_zh: '', title_en: '', reason: '', image: null }
}

async function load(name: BaseName): Promise<void> {
  baseLayers.set(name, blank(name))
  try {
    const answer = await get<LayerAnswer>(`/api/layers/${name}`, { cache: 'default' })
    const bounds = answer.image?.bounds
    const corners = answer.image?.corners ?? (bounds ? [[bounds[0], bounds[3]], [bounds[2], bounds[3]], [bounds[2], bounds[1]], [bounds[0], bounds[1]]] as NonNullable<BaseLayer['image']>['corners'] : null)
    baseLayers.set(name, {
      ...blank(name),
      state: 'ready',
      data: answer,
      source: answer.source ?? '',
      date: answer.date ?? null,
      illustrative: answer.illustrative ?? false,
      title_zh: answer.title_zh ?? '',
      title_en: answer.title_en ?? '',
      image: answer.image && corners ? { url: answer.image.url, corners } : null,
    })
  } catch (thrown) {
    baseLayers.set(name, { ...blank(name), state: 'failed', reason: asProblem(thrown).detail })
  }
}

/** Fetch what is not there yet, and try again what failed. */
export function loadBaseLayers(): void {
  for (const name of BASE_NAMES) {
    const held = baseLayers.get(name)
    if (!held || held.state === 'failed') void load(name)
  }
}
