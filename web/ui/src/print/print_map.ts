/** One printed sheet, from the map on the screen to the PDF. */
import { baseLayers } from '@/map/base_layers'
import type { BaseName } from '@/map/base_layers'
import { catalogueReason, catalogueState, cityLayers } from '@/map/city_layers'
import { cityId } from '@/map/city_style'
import { label } from '@/i18n/label'
import { say } from '@/i18n'
import { Problem, networkProblem } from '@/wire/api'
import { currentLocale } from '@/i18n/locale'
import type { Locale } from '@/i18n/locale'
import { theme } from '@/shell/theme'
import { newId } from '@/wire/identifier'
import type { MapLibreMap } from '@/map/maplibre'
import { drawOffScreen } from './off_screen'
import type { Drawn } from './off_screen'
import type { Dpi, Extent, Paper } from './papers'

export interface Wish {
  extent: Extent
  paper: Paper
  dpi: Dpi
  title: string
  note: string
  incidentId: string | null
  graticule: boolean
  legend: boolean
  /** ISO times on the realm's clock; null: not known. */
  asOf: { pictures: string | null; positions: string | null; replay: string | null }
}

export type Stage = { at: 'drawing'; piece: number; pieces: number } | { at: 'sending' } | { at: 'typesetting' }

export interface Printed {
  pdf: Blob
  name: string
  gaps: string[]
}

const BASE_SOURCES: Record<string, BaseName> = { 'relief-image': 'relief' }

/** Names of the catalogue's layers that are on the sheet. */
function layersOf(drawn: Drawn): string[] {
  const base = [...drawn.sources].flatMap((source) => {
    const name = BASE_SOURCES[source] ?? source
    return baseLayers.has(name as BaseName) ? [name] : []
  })
  const city = cityLayers.value.filter((layer) => drawn.sources.has(cityId(layer.name))).map((layer) => layer.name)
  return [...new Set([...base, ...city])]
}

/** A reason without the address that was asked: paper goes out of the house. */
function plainly(reason: string): string {
  return reason.replace(/^AJAXError: /, '').replace(/:?\s+(https?:\/)?\/\S*$/, '').slice(0, 60)
}

/** What should be on the sheet and is not, in words. */
export function gapsOf(drawn: Pick<Drawn, 'failed'>): string[] {
  const gaps: string[] = []
  for (const layer of baseLayers.values()) {
    const title = label(layer, 'title') || say(`map.layer.${layer.name}`)
    if (layer.state === 'failed') gaps.push(say('print.gap.layer', { layer: title, reason: layer.reason }))
    if (layer.state === 'loading') gaps.push(say('print.gap.loading', { layer: title }))
  }
  if (catalogueState.value === 'failed') gaps.push(say('print.gap.catalogue', { reason: catalogueReason.value }))
  for (const [source, { times, reason }] of drawn.failed) {
    const city = cityLayers.value.find((one) => cityId(one.name) === source)
    const base = baseLayers.get(BASE_SOURCES[source] ?? (source as BaseName))
    const named = city ?? base
    const title = named ? label(named, 'title') : source || say('print.gap.unnamed')
    gaps.push(say('print.gap.parts', { layer: title, n: times, reason: plainly(reason) }))
  }
  return gaps.map((gap) => gap.slice(0, 120)).slice(0, 40)
}

async function send(method: string, path: string, body: Blob | string, type: string, signal: AbortSignal): Promise<Response> {
  let answer: Response
  try {
    answer = await fetch(path, { method, body, signal, credentials: 'same-origin', headers: { 'content-type': type, 'accept-language': currentLocale() } })
  } catch (cause) {
    if (signal.aborted) throw cause
    throw networkProblem()
  }
  if (answer.ok) return answer
  const told = (await answer.json().catch(() => ({}))) as Record<string, unknown>
  throw new Problem({ title: answer.statusText, code: `http_${answer.status}`, detail: answer.statusText, ...told, status: answer.status })
}

function nameIn(answer: Response): string {
  const found = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get('content-disposition') ?? '')
  return found?.[1] ? decodeURIComponent(found[1]) : 'map.pdf'
}

export async function printMap(live: MapLibreMap, wish: Wish, tongue: Locale, signal: AbortSignal, stage: (now: Stage) => void): Promise<Printed> {
  const drawn = await drawOffScreen({
    live, extent: wish.extent, paper: wish.paper, dpi: wish.dpi, tongue, dark: theme.value !== 'light', signal,
    progress: (piece, pieces) => { stage({ at: 'drawing', piece, pieces }) },
  })
  const gaps = gapsOf(drawn)
  const id = newId()
  stage({ at: 'sending' })
  await send('PUT', `/api/map-sheets/${id}/picture`, drawn.picture, drawn.picture.type, signal)
  stage({ at: 'typesetting' })
  const asked = {
    id, locale: tongue, paper: wish.paper.paper, orientation: wish.paper.orientation, dpi: Number(wish.dpi), ...wish.extent,
    title: wish.title, note: wish.note, incident_id: wish.incidentId, graticule: wish.graticule,
    legend: wish.legend ? drawn.legend.map(({ title, entries }) => ({ title, entries: entries.map((one) => ({ ...one, text: one.text.slice(0, 120) })) })) : [],
    icons: wish.legend ? drawn.icons : {}, layers: layersOf(drawn), gaps,
    as_of: wish.asOf,
  }
  const answer = await send('POST', '/api/map-sheets', JSON.stringify(asked), 'application/json', signal)
  return { pdf: await answer.blob(), name: nameIn(answer), gaps }
}

