/** What the command bar understood of a line (`GET /api/intake`). */
import type { Doubt, FoundPlace } from '@/places/place'
import type { Point } from '@/wire/objects'

export type { FoundPlace }

export interface Understanding {
  text: string
  /** A title for an incident: where and what. */
  title: string | null
  class_key: string | null
  classes: { key: string; zh: string; en: string; score: number }[]
  /** The words that name the place, as they were typed. */
  place: string | null
  places: FoundPlace[]
  /** What looked like coordinates and gave no point, and why. */
  notices: Doubt[]
  point: Point | null
  area_code: string | null
  figures: Record<string, number>
  figures_in_words: { metric: string; value: number; zh: string; en: string }[]
  occurred_at: string | null
  source: string | null
  trend: string | null
  caller_name: string | null
  caller_phone: string | null
  /** Names of what a first report still lacks (`desk.missing.*`). */
  missing: string[]
  /** Open incidents, calls and alerts that look like the same one, the likeliest first, with the grounds in words. */
  alike: { kind: 'incident' | 'call' | 'alert'; id: string; label: string; score: number; zh: string[]; en: string[] }[]
}

/** The place as it will stand in the record: the words typed, under the township that was found. */
export function placeWords(read: Understanding): string | null {
  const best = read.places[0]
  if (!best) return read.place
  const chain = best.chain_zh.replace(/^临沧市(?=.)/, '')
  const tail = best.name_zh && !chain.endsWith(best.name_zh) ? best.name_zh : ''
  return `${chain}${tail}` || read.place
}
