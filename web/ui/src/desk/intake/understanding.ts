/** What the command bar understood of a line (`GET /api/intake`). */
import type { Point } from '@/wire/objects'

export interface Understanding {
  text: string
  class: { key: string; zh: string; en: string } | null
  place: { name_zh: string; name_en: string; point: Point | null; area_code: string | null } | null
  figures: Record<string, number>
  occurred_at: string | null
  source: string | null
  caller_name?: string | null
  caller_phone?: string | null
  /** What a first report still lacks. */
  missing: { field: string; zh: string; en: string }[]
  /** Open incidents, calls and alerts that look like the same one, the likeliest first, with the grounds in words. */
  similar: { kind: 'incident' | 'call' | 'alert'; id: string; label: string; score: number; zh: string[]; en: string[] }[]
}
