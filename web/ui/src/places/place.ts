/** Places of the gazetteer and points as they were given: what is shown is WGS 84, what is sent is what was given. */
import { get } from '@/wire/api'
import type { GivenPoint, Point } from '@/wire/objects'

/** Another reading of the same words: WGS 84 to show, `given` to send. */
export interface Instead {
  zh: string
  en: string
  lon: number
  lat: number
  given: GivenPoint
}

/** Something to be asked about a point; never decided for the reader. */
export interface Doubt {
  code: string
  zh: string
  en: string
  instead: Instead[]
}

/** A place of the gazetteer: `chain_zh` is the way down to it, 临沧市耿马县孟定镇. The last five only for coordinates. */
export interface FoundPlace {
  kind: string
  kind_zh: string
  kind_en: string
  code: string | null
  name_zh: string
  name_en: string
  lon: number
  lat: number
  origin: Point['origin']
  area_code: string | null
  chain_zh: string
  chain_en: string
  distance_m?: number | null
  /** How it was found: code, name, pinyin, initials, alike, coordinates. */
  match?: string
  guessed: boolean
  given?: GivenPoint
  written?: string | null
  system_zh?: string
  system_en?: string
  doubts?: Doubt[]
}

export interface Found {
  places: FoundPlace[]
  notices: Doubt[]
}

export interface Whereabouts {
  zh: string
  en: string
  area_code: string | null
  chain_zh: string
  chain_en: string
}

export function findPlaces(text: string, near: { lon: number; lat: number } | null, limit = 8, signal?: AbortSignal): Promise<Found> {
  const at = near ? `&lon=${near.lon.toFixed(5)}&lat=${near.lat.toFixed(5)}` : ''
  return get<Found>(`/api/places?q=${encodeURIComponent(text)}&limit=${limit}${at}`, { signal })
}

export function describePlace(lon: number, lat: number): Promise<{ place: Whereabouts | null; doubts: Doubt[] }> {
  return get(`/api/places/at?lon=${lon}&lat=${lat}`)
}

/** The point to show and keep for a found place. */
export function pointOf(one: Pick<FoundPlace, 'lon' | 'lat' | 'given'>): Point {
  return { lon: one.lon, lat: one.lat, origin: 'WGS84', ...(one.given ? { given: one.given } : {}) }
}

/** The point as a command wants it: in the system in which it was given. What came from a picture is WGS 84 already. */
export function pointToSend(point: Point): GivenPoint {
  return point.given ?? { lon: point.lon, lat: point.lat, origin: 'WGS84' }
}

/** The reading chosen instead, with the doubts that it settles taken off. */
export function settled(doubts: Doubt[], code: string): Doubt[] {
  return doubts.filter((one) => one.code !== code && !(code === 'swapped' && one.code === 'order_guessed'))
}
