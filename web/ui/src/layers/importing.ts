/** A file on its way to becoming a layer: up to the server, looked at, its questions answered, imported. */
import { currentLocale } from '@/i18n/locale'
import { Problem, asProblem, get, networkProblem, post } from '@/wire/api'
import { newId } from '@/wire/identifier'
import type { Attribute, Sensitivity } from '@/map/city_layers'
import type { FeatureCollection } from 'geojson'

export interface Finding {
  code: string
  weight: 'note' | 'repaired' | 'left_out'
  zh: string
  en: string
  count: number
  examples: { feature: number | null; say: string; at: [number, number] | null }[]
}

export interface Report {
  format: string
  layers: string[]
  layer: string
  encoding: string
  crs: string
  origin: string
  attributes: (Attribute & { source: string })[]
  total: number
  read: number
  kept: number
  repaired: number
  left_out: number
  geometries: Record<string, number>
  extent: [number, number, number, number] | null
  problems: Finding[]
  /** Of a raster of heights only. */
  width?: number
  height?: number
  resolution_m?: number
  kept_m?: number
  unit?: string
  nodata?: number | string | null
  known_share?: number
  lowest_m?: number | null
  highest_m?: number | null
  preview?: string | null
}

export interface Found extends Report {
  sample: FeatureCollection
}

/** What the file does not say itself. Empty text: not answered. */
export interface Answers {
  layer: string
  encoding: string
  crs: string
  origin: string
  lon: string
  lat: string
  swap: boolean
  leave_out: boolean
  rename: Record<string, string>
  drop: string[]
  unit: string
  nodata: string
  /** Attribute → what it is to be read as. */
  types: Record<string, string>
}

export interface Told {
  title_zh: string
  title_en: string
  owner: string
  department: string
  source: string
  source_en: string
  licence: string
  date: string
  sensitivity: Sensitivity
  readers: string[]
  label: string
  illustrative: boolean
}

export interface Job {
  id: string
  layer: string
  state: 'running' | 'done' | 'refused' | 'failed'
  done: number
  total: number | null
  problem: { code: string; detail: string; field: string | null; question?: boolean; choices?: string[]; report?: Report; problems?: Finding[] } | null
  report: (Report & { number: number }) | null
}

const pause = (ms: number) => new Promise<void>((resume) => { setTimeout(resume, ms) })

export const noAnswers = (): Answers => ({ layer: '', encoding: '', crs: '', origin: '', lon: '', lat: '', swap: false, leave_out: false, rename: {}, drop: [], types: {}, unit: '', nodata: '' })

/** Send the file; `progress` hears the share that is there, 0 to 1. Returns the upload's id. */
export function sendUp(file: File, progress: (share: number) => void, stop: AbortSignal): Promise<string> {
  const id = newId()
  return new Promise((resolve, reject) => {
    // Not fetch: it cannot say how much has gone.
    const request = new XMLHttpRequest()
    request.open('PUT', `/api/layer-uploads/${id}?name=${encodeURIComponent(file.name)}`)
    request.setRequestHeader('Accept-Language', currentLocale())
    request.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total) }
    request.onload = () => {
      if (request.status === 201) resolve(id)
      else reject(problemOf(request))
    }
    request.onerror = () => { reject(networkProblem()) }
    request.onabort = () => { reject(new DOMException('stopped', 'AbortError')) }
    stop.addEventListener('abort', () => { request.abort() })
    request.send(file)
  })
}

function problemOf(request: XMLHttpRequest): Problem {
  try {
    return new Problem({ ...(JSON.parse(request.responseText) as Problem), status: request.status })
  } catch {
    return new Problem({ status: request.status, code: 'http', title: '', detail: request.statusText })
  }
}

export async function lookInto(upload: string, answers: Answers): Promise<Found> {
  return (await post<{ found: Found }>(`/api/layer-uploads/${upload}/look`, answers)).found
}

/** Start the import and follow it to its end; `hear` gets every step. `alone`: heights instead of those that are there. Losing the line does not lose the import. */
export async function bringIn(upload: string, name: string, told: Told, answers: Answers, alone: boolean, hear: (job: Job) => void): Promise<Job> {
  const id = newId()
  await post('/api/layer-imports', { id, upload, name, description: told, options: answers, alone })
  for (;;) {
    await pause(500)
    let job: Job
    try {
      job = await get<Job>(`/api/layer-imports/${id}`)
    } catch (thrown) {
      if (asProblem(thrown).unheard) continue
      throw thrown
    }
    hear(job)
    if (job.state !== 'running') return job
  }
}
