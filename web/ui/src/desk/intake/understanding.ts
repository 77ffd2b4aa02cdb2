/** What the command bar understood of a line (`GET /api/intake`). */
import type { Doubt, FoundPlace } from '@/places/place'
import { get } from '@/wire/api'
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

/** A server that says nothing must not hold up a call: it is taken as it was typed. */
const UNDERSTAND_MS = 3_000

/** What the city understands of a line. Rejects as `get` does, and after three seconds. */
export function understand(text: string): Promise<Understanding> {
  return get<Understanding>(`/api/intake?text=${encodeURIComponent(text)}`, { signal: AbortSignal.timeout(UNDERSTAND_MS) })
}

/** Kinds of places that words may name something inside of. */
const AREAS = new Set(['city', 'county', 'township', 'village'])

/** The place as it will stand in the record: the township that was found, and what was said of where in it. */
export function placeWords(read: Understanding): string | null {
  const best = read.places[0]
  if (!best) return read.place
  const chain = best.chain_zh.replace(/^临沧市(?=.)/, '')
  const tail = best.name_zh && !chain.endsWith(best.name_zh) ? best.name_zh : ''
  const inside = AREAS.has(best.kind) && read.place ? beyond(read.place, `${best.chain_zh}${tail}`) : ''
  return `${chain}${tail}${inside}` || read.place
}

/** What of the words the found place does not say yet: 孟定镇遮哈村后山 in 耿马县孟定镇 is 遮哈村后山. Chinese words only. */
function beyond(words: string, found: string): string {
  let rest = words.replace(/\s+/g, '')
  if (!/^[\u4e00-\u9fff]/.test(rest)) return ''
  for (let length = rest.length; length >= 2; length -= 1) {
    if (!found.includes(rest.slice(0, length))) continue
    rest = rest.slice(length)
    length = rest.length + 1
  }
  return rest.length >= 2 ? rest : ''
}
