/** What `GET /api/supervision` says, asked for and put in words. Shapes: docs/supervision.md. */
import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import { departmentName, useCatalogue } from '@/catalogue/catalogue'
import { say } from '@/i18n'
import { label } from '@/i18n/label'
import { currentLocale } from '@/i18n/locale'
import { formatTook } from '@/time/clock'
import { asProblem, get } from '@/wire/api'
import type { Problem } from '@/wire/api'
import { useFacts, usePicture } from '@/wire/pictures'
import type { Status } from '@/wire/frames'

export interface Rate {
  n: number
  of: number
  /** Null: nothing to measure. */
  share: number | null
}
export interface Times {
  n: number
  median_s: number | null
  p90_s: number | null
  max_s: number | null
  bars: number[]
}
export const STANDINGS = ['severe', 'overdue', 'warning', 'attention', 'normal', 'paused', 'waiting', 'stopped'] as const
export type Standing = (typeof STANDINGS)[number]
export interface Line {
  open: Record<Standing | 'n', number>
  unsigned: number
  supervised: number
  received: number
  cancelled: number
  closed: number
  sign: Rate
  done: Rate
  sign_time: Times
  done_time: Times
  close_time: Times
  arrive_time: Times
  cards: { yellow: number; red: number; severe: number }
  causes: Record<string, number>
  overdue: { step: number; total: number }
  returns: Rate
  send_backs: number
  pauses: { n: number; running: number; seconds: number; causes: Record<string, number>; refused: number }
  extensions: { n: number; minutes: number; refused: number }
  urgings: number
  opinions: Rate & { escalated: number; tacit: number; waiting: number }
}
export interface Board {
  at: string
  sees: 'all' | 'own'
  total: Line
  departments: (Line & { department: string })[]
  instructions: { closed: Rate; answered: Rate; escalated: number; overdue: number } | null
  incidents: { opened: number; first_report: Rate; respond_time: Times; order_time: Times; warning_time: Times } | null
}
interface Named {
  zh: string
  en: string
}
export interface Metric extends Named {
  key: string
  of: 'now' | 'period'
  zh_how: string
  en_how: string
  zh_of: string | null
  en_of: string | null
}
export interface Rules {
  source: string
  basis: string
  metrics: Metric[]
  not_measured: (Named & { key: string; zh_why: string; en_why: string })[]
  periods: (Named & { key: string; days: number | null })[]
  bars: { sign: number[]; work: number[] }
  causes: Record<string, Named>
}
export interface Case {
  case: 'order' | 'event' | 'opinion' | 'instruction' | 'incident'
  key: string
  at: string
  department: string | null
  no: string
  title_zh: string
  title_en: string
  incident_id: string | null
  incident_title: string | null
  state: string
  standing?: Standing
  issued_at?: string
  sign_due?: string
  signed_at?: string | null
  due?: string | null
  submitted_at?: string | null
  closed_at?: string | null
  arrived_at?: string | null
  kind?: string
  level?: string | null
  cause?: string | null
  minutes?: number | null
  ended_at?: string | null
  reason?: string | null
  by?: { name?: string } | null
  outcome?: string | null
}
export interface Asked {
  period: string
  incident: string
  level: string
  priority: string
}

export const DESK = 'desk'
export const SHAPE: Record<Standing, string> = { severe: '✖', overdue: '▲', warning: '◆', attention: '●', normal: '■', paused: '‖', waiting: '◌', stopped: '□' }

/** A department's name; the duty desk's own line has none in the catalogue. */
export function lineName(code: string | null): string {
  return code === null ? say('supervision.everybody') : code === DESK ? say('supervision.desk') : departmentName(code)
}

/** `93 %`, or the words for nothing to measure. */
export function percent(rate: Rate): string {
  return rate.share === null ? say('supervision.none_to_measure') : `${Math.round(rate.share * 1000) / 10} %`
}

export function span(seconds: number | null): string {
  return seconds === null ? say('supervision.none_to_measure') : formatTook(seconds * 1000)
}

/** The bars' names, short enough to stand under them: `≤2分`, `≤1时`, … `>24时`. */
export function barNames(edges: readonly number[]): string[] {
  return [...edges.map((edge) => `≤${minutes(edge)}`), `>${minutes(edges.at(-1) ?? 0)}`]
}
function minutes(edge: number): string {
  const zh = currentLocale() === 'zh'
  return edge >= 60 && edge % 60 === 0 ? `${edge / 60}${zh ? '时' : ' h'}` : `${edge}${zh ? '分' : ' min'}`
}

const rules = shallowRef<Rules | null>(null)
const metricByKey = computed(() => new Map((rules.value?.metrics ?? []).map((one) => [one.key, one])))
/** The rules of the board: words, formulas, periods. Asked for once. */
export function useRules(): typeof rules {
  useCatalogue()
  if (!rules.value) void get<Rules>('/api/supervision/rules').then((told) => { rules.value = told }, () => undefined)
  return rules
}
export const metricName = (key: string): string => label(metricByKey.value.get(key)) || key
/** A metric's formula in words, for a title. */
export function metricHow(key: string): string {
  const one = metricByKey.value.get(key)
  return one ? label({ zh: one.zh_how, en: one.en_how }) : ''
}
export const shows = (key: string): boolean => rules.value === null || metricByKey.value.has(key)
export const causeName = (code: string): string => label(rules.value?.causes[code]) || code

export function queryOf(asked: Asked, now: number, more: Record<string, string | null> = {}): string {
  const days = rules.value?.periods.find((one) => one.key === asked.period)?.days ?? null
  const given = new URLSearchParams()
  if (days !== null) given.set('since', new Date(now - days * 86_400_000).toISOString())
  for (const [key, value] of Object.entries({ incident: asked.incident, level: asked.level, priority: asked.priority, ...more })) if (value) given.set(key, value)
  return given.toString()
}

const LOOK_MS = 60_000
const RETRY_MS = 10_000
const PAUSE_MS = 2_000

/**
 * The board, asked for again whenever something was done to an order (a burst of changes is one look, at most one every two
 * seconds), and every minute, because lights change by time alone. `stream`: whose facts say when to look.
 */
export function useBoard<T>(stream: Ref<string | null>, path: () => string | null): { board: Readonly<Ref<T | null>>; status: Readonly<Ref<Status>>; problem: Readonly<Ref<Problem | null>>; heard: Readonly<Ref<number>>; read: () => Promise<void> } {
  const board = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const heard = ref(0)
  const followed = usePicture(stream)
  let timer: ReturnType<typeof setTimeout> | null = null
  let soon: ReturnType<typeof setTimeout> | null = null
  let giveUp: AbortController | null = null

  async function read(): Promise<void> {
    const asked = path()
    if (asked === null) return
    if (timer) clearTimeout(timer)
    giveUp?.abort()
    const mine = (giveUp = new AbortController())
    try {
      const told = await get<T>(asked, { signal: mine.signal })
      if (mine.signal.aborted) return
      board.value = told
      problem.value = null
      heard.value = Date.now()
      timer = setTimeout(() => { void read() }, LOOK_MS)
    } catch (thrown) {
      if (mine.signal.aborted) return
      problem.value = asProblem(thrown)
      if (problem.value.status !== 403 && problem.value.status !== 404) timer = setTimeout(() => { void read() }, RETRY_MS)
    }
  }
  useFacts(stream, () => {
    soon ??= setTimeout(() => { soon = null; void read() }, PAUSE_MS)
  })
  watch(path, (now, before) => {
    if (now !== before) void read()
  }, { immediate: true })
  watch(followed.status, (now, before) => {
    if (now === 'live' && before === 'stale') void read()
  })
  onBeforeUnmount(() => {
    giveUp?.abort()
    for (const one of [timer, soon]) if (one) clearTimeout(one)
  })
  const status = computed<Status>(() => {
    if (problem.value) return board.value ? 'stale' : problem.value.status === 403 ? 'forbidden' : 'failed'
    if (!board.value) return 'loading'
    return followed.status.value === 'stale' ? 'stale' : 'live'
  })
  return { board, status, problem, heard, read }
}
