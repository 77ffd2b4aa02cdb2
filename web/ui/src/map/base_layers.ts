/** The base map's layers, fetched once and shared by every map on the page. Each says where it is from and how old it is. */
import { shallowReactive } from 'vue'
import type { FeatureCollection } from 'geojson'
import { asProblem, get } from '@/wire/api'

export const BASE_NAMES = ['counties', 'townships', 'rivers', 'roads', 'reservoirs', 'facilities', 'relief'] as const
export type BaseName = (typeof BASE_NAMES)[number]

type Corners = [[number, number], [number, number], [number, number], [number, number]]

export interface BaseLayer {
  name: BaseName
  state: 'loading' | 'ready' | 'failed'
  data: FeatureCollection | null
  source_zh: string
  source_en: string
  date: string | null
  illustrative: boolean
  title_zh: string
  title_en: string
  reason: string
  /** An image that lies under the map, with its corners (lon, lat) from the top left clockwise. */
  image: { url: string; corners: Corners } | null
}

interface LayerAnswer extends FeatureCollection {
  source: string
  source_en: string
  date: string | null
  illustrative: boolean
  title_zh: string
  title_en: string
  /** bounds: west, south, east, north */
  image: { url: string; bounds: [number, number, number, number] } | null
}

export const baseLayers = shallowReactive(new Map<BaseName, BaseLayer>())

function blank(name: BaseName): BaseLayer {
  return { name, state: 'loading', data: null, source_zh: '', source_en: '', date: null, illustrative: true, title_zh: '', title_en: '', reason: '', image: null }
}

function cornersOf([west, south, east, north]: [number, number, number, number]): Corners {
  return [[west, north], [east, north], [east, south], [west, south]]
}

async function load(name: BaseName): Promise<void> {
  baseLayers.set(name, blank(name))
  try {
    const answer = await get<LayerAnswer>(`/api/layers/${name}`, { cache: 'default' })
    baseLayers.set(name, {
      name,
      state: 'ready',
      data: answer,
      source_zh: answer.source,
      source_en: answer.source_en,
      date: answer.date,
      illustrative: answer.illustrative,
      title_zh: answer.title_zh,
      title_en: answer.title_en,
      reason: '',
      image: answer.image ? { url: answer.image.url, corners: cornersOf(answer.image.bounds) } : null,
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
