/** What a decision would do, asked of the centre before it is taken: by the same function that carries it out. */
import { shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { asProblem, get } from '@/wire/api'
import type { Level, OrderChange, Seat } from '@/wire/objects'

export interface May {
  /** The post in which the asker would decide; null: it is not his decision, and the sentence says whose. */
  post: Seat | null
  posts: { post: string; zh: string; en: string; person: string | null; held: boolean }[]
  zh: string | null
  en: string | null
}

export interface DifferenceLine {
  what: OrderChange
  code: string
  title_zh: string
  title_en: string
  department: string
  support: string[]
  sign_minutes: number | null
  start_minutes: number | null
  due_minutes: number | null
  priority: 'life' | 'urgent' | 'normal' | null
  clause: string | null
  source: string | null
  deliverable: string | null
  precondition_zh: string | null
  precondition_en: string | null
  task_id: string | null
  no: string | null
  other: { plan_zh: string; plan_en: string } | null
  why_zh: string
  why_en: string
}

export interface Difference {
  response_id: string
  version: number
  before: Level | null
  level: Level
  /** What the decision must name. */
  against: string
  counts: Record<OrderChange, number>
  departments: string[]
  lines: DifferenceLine[]
  may: May
  expected_hours: number
}

export interface OpenItem {
  id: string
  kind: 'condition' | 'order' | 'part' | 'proposal' | 'other_order'
  zh: string
  en: string
  must: boolean
  subject_id: string | null
  department: string | null
}

export interface StandDown {
  response_id: string
  version: number
  items: OpenItem[]
  may: May
}

export interface Ahead<T> {
  found: ShallowRef<T | null>
  failed: Ref<string>
  ask: () => Promise<void>
}

/** Asked anew whenever `path` or `mark` changes: what was seen a minute ago is not what would happen now. */
function useAhead<T>(path: () => string | null, mark: () => unknown): Ahead<T> {
  const found = shallowRef<T | null>(null)
  const failed = shallowRef('')
  let turn = 0
  async function ask(): Promise<void> {
    const at = path()
    const mine = ++turn
    if (at === null) {
      found.value = null
      return
    }
    try {
      const answer = await get<T>(at)
      if (mine !== turn) return
      found.value = answer
      failed.value = ''
    } catch (thrown) {
      if (mine === turn) failed.value = asProblem(thrown).detail
    }
  }
  watch([path, mark], () => void ask(), { immediate: true })
  return { found, failed, ask }
}

export function useDifference(id: () => string, level: () => Level | null, mark: () => unknown): Ahead<Difference> {
  return useAhead<Difference>(() => (level() === null ? null : `/api/responses/${id()}/difference?level=${level()}`), mark)
}

export function useStandDown(id: () => string, mark: () => unknown): Ahead<StandDown> {
  return useAhead<StandDown>(() => `/api/responses/${id()}/stand-down`, mark)
}

/** Changes of the picture after which an answer may be another one: versions of the response, its orders and its proposals. */
export function markOf(picture: { responses?: Record<string, { version: number }>; tasks?: Record<string, { version: number }>; proposals?: Record<string, { version: number }> } | null | undefined): string {
  const sum = (held: Record<string, { version: number }> | undefined): string => {
    const all = Object.values(held ?? {})
    return `${all.length}:${all.reduce((total, one) => total + one.version, 0)}`
  }
  return [sum(picture?.responses), sum(picture?.tasks), sum(picture?.proposals)].join(' ')
}
