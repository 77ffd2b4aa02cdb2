/** Names of posts, departments, classes and figures for the forms and tables of plans, from the catalogue. */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { departmentName, metricName, useCatalogue } from '@/catalogue/catalogue'
import { currentLocale } from '@/i18n/locale'

export interface Choice {
  key: string
  name: string
  measure?: string
}
interface Named {
  zh: string
  en: string
}

const pick = (one: Named): string => (currentLocale() === 'zh' ? one.zh || one.en : one.en || one.zh)

export interface PlanWords {
  departments: ComputedRef<Choice[]>
  posts: ComputedRef<Choice[]>
  metrics: ComputedRef<Choice[]>
  classes: ComputedRef<Choice[]>
  /** What a task may ask for: capabilities and kinds of units, then items of stock with what they are counted in. */
  kinds: ComputedRef<Choice[]>
  counties: ComputedRef<Choice[]>
  department: (code: string | undefined) => string
  post: (id: string | undefined) => string
  metric: (key: string) => string
}

export function usePlanWords(): PlanWords {
  const { catalogue } = useCatalogue()
  const rows = computed(() => (catalogue.value?.departments ?? []) as unknown as { code: string; name_zh: string; name_en: string; area_code: string | null }[])
  const county = computed(() => {
    const prefixes = new Map<string, string>()
    for (const one of rows.value) {
      if (one.area_code) prefixes.set(`${one.code.slice(0, one.code.lastIndexOf('-'))}-{county}`, one.code)
    }
    return [...prefixes.keys()]
  })
  const postList = computed(() => (catalogue.value?.posts ?? []) as (Named & { id: string; area_code: string })[])
  function department(code: string | undefined): string {
    if (!code) return '—'
    if (!code.includes('{county}')) return departmentName(code)
    const prefix = code.slice(0, code.indexOf('-'))
    const told = currentLocale() === 'zh' ? { CTY: '事发县政府值班室', EMB: '事发县应急局', FRB: '事发县消防大队' } : { CTY: 'the county’s duty room', EMB: 'the county’s emergency bureau', FRB: 'the county’s fire detachment' }
    return (told as Record<string, string>)[prefix] ?? code
  }
  const named = (part: string) => Object.entries((catalogue.value?.[part] ?? {}) as Record<string, Named>).map(([key, one]) => ({ key, name: pick(one) }))
  const items = computed(() => {
    const stock = (catalogue.value?.resources ?? {}) as { items?: (Named & { code: string; measure: string })[]; measures?: Record<string, Named> }
    return (stock.items ?? []).map((one) => {
      const measure = stock.measures?.[one.measure]
      return { key: one.code, name: pick(one), measure: measure ? pick(measure) : '' }
    })
  })
  return {
    departments: computed(() => [...rows.value.filter((one) => !one.area_code).map((one) => one.code), ...county.value].map((key) => ({ key, name: department(key) }))),
    posts: computed(() => postList.value.filter((one) => one.area_code.length <= 4).map((one) => ({ key: one.id, name: pick(one) }))),
    metrics: computed(() => (catalogue.value?.metrics ?? []).map((one) => ({ key: one.key, name: pick(one) }))),
    classes: computed(() => (catalogue.value?.classes ?? []).map((one) => ({ key: one.key, name: pick(one) }))),
    kinds: computed(() => [...named('unit_capabilities'), ...named('unit_kinds'), ...items.value]),
    counties: computed(() => {
      const seen = new Map<string, string>()
      for (const one of rows.value) if (one.area_code && one.code.startsWith('EMB-')) seen.set(one.area_code, departmentName(one.code).replace(/应急管理局$| County Emergency Management Bureau$/, ''))
      return [...seen].map(([key, name]) => ({ key, name }))
    }),
    department,
    post: (id) => {
      const found = postList.value.find((one) => one.id === id)
      return found ? pick(found) : (id ?? '—')
    },
    metric: metricName,
  }
}
