/** The words and lists that forms are made from (`GET /api/catalogue`), fetched once a page. */
import { computed, shallowRef } from 'vue'
import type { ComputedRef } from 'vue'
import { get } from '@/wire/api'
import { currentLocale } from '@/i18n/locale'
import { has, say } from '@/i18n'
import { takeLights } from '@/shell/light'

export interface NamedMetric {
  key: string
  zh: string
  en: string
  unit_zh: string
  unit_en: string
}

export interface Metric extends NamedMetric {
  whole: boolean
  min: number
  max: number
  words?: string[]
}

export interface EventClass {
  key: string
  zh: string
  en: string
  pick?: boolean
  parent?: string | null
}

export interface DepartmentName {
  code: string
  name_zh: string
  name_en: string
}

export interface Catalogue {
  classes: EventClass[]
  metrics: Metric[]
  /** Computed from others: named in rules, never entered. */
  derived_metrics?: NamedMetric[]
  departments: DepartmentName[]
  [part: string]: unknown
}

const held = shallowRef<Catalogue | null>(null)
let asking: Promise<void> | null = null

async function load(): Promise<void> {
  try {
    held.value = await get<Catalogue>('/api/catalogue')
    takeLights(held.value.lights)
  } catch {
    // Names fall back to their keys; asked again by the next screen that needs them.
  } finally {
    asking = null
  }
}

const named = computed(() => new Map<string, NamedMetric>([...(held.value?.metrics ?? []), ...(held.value?.derived_metrics ?? [])].map((one) => [one.key, one])))
const metrics = computed(() => new Map((held.value?.metrics ?? []).map((one) => [one.key, one])))
const classes = computed(() => new Map((held.value?.classes ?? []).map((one) => [one.key, one])))
const departments = computed(() => new Map((held.value?.departments ?? []).map((one) => [one.code, one])))

function pick(zh: string | undefined, en: string | undefined, fallback: string): string {
  return (currentLocale() === 'zh' ? zh || en : en || zh) || fallback
}

export function metricName(key: string): string {
  const one = named.value.get(key)
  return pick(one?.zh, one?.en, has(`words.metric.${key}`) ? say(`words.metric.${key}`) : key)
}

export function metricUnit(key: string, fallback: string | null = null): string {
  const one = named.value.get(key)
  if (!one) return fallback ?? ''
  return currentLocale() === 'zh' ? one.unit_zh : one.unit_en
}

export function className(key: string | null): string {
  if (!key) return ''
  const one = classes.value.get(key)
  return pick(one?.zh, one?.en, key)
}

export function departmentName(code: string | null | undefined): string {
  if (!code) return ''
  const one = departments.value.get(code)
  return pick(one?.name_zh, one?.name_en, code)
}

/** The name for a narrow column. */
export function departmentShort(code: string | null | undefined): string {
  if (!code) return ''
  const name = departmentName(code)
  return name.replace(/（.*?）|\s*\(.*?\)/g, '').replace(/^市(?=[\u4e00-\u9fff]{2})/, '')
}

export function useCatalogue(): { catalogue: Readonly<typeof held>; metrics: ComputedRef<Map<string, Metric>>; classes: ComputedRef<Map<string, EventClass>>; departments: ComputedRef<Map<string, DepartmentName>> } {
  if (!held.value) asking ??= load()
  return { catalogue: held, metrics, classes, departments }
}
