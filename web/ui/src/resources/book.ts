/** The words and lists of resources (`resources` of `GET /api/catalogue`): items, measures, depots, outside parties, states. */
import { computed } from 'vue'
import { departmentName, useCatalogue } from '@/catalogue/catalogue'
import { label } from '@/i18n/label'
import type { OfferSource } from '@/wire/objects'

export interface Words {
  zh: string
  en: string
}
export interface Item extends Words {
  code: string
  kind: 'goods' | 'vehicle' | 'place' | 'team'
  category: string
  measure: string
  comes_back: boolean
  sources: OfferSource[]
}
export interface DepotName extends Words {
  code: string
  department: string
  area_code: string
}
export interface OutsideParty extends Words {
  code: string
  level: 'province' | 'neighbour'
  desk: string
  agreement_zh: string
  agreement_en: string
}
export interface Book {
  items: Item[]
  measures: Record<string, Words>
  categories: Record<string, Words>
  depots: DepotName[]
  parties: OutsideParty[]
  request_states: Record<string, Words & { open: boolean }>
  offer_states: Record<string, Words & { live: boolean }>
  offer_steps: Record<string, Words & { by: 'asker' | 'owner'; moves: Record<string, string>; reason: boolean }>
  priorities: Record<string, Words>
  answer_minutes: Record<string, number>
  shelter_states: Record<string, Words>
  shelter_kinds: Record<string, Words>
  shelter_needs: Record<string, Words>
  shelter_stale_minutes: number
  shelter_nearly_full: number
  wards: Record<string, Words>
  beds_stale_hours: number
  low_share: number
  illustrative: boolean
}

/** Asked for when somebody first looks: a screen before signing in needs none of it. */
export const book = computed(() => (useCatalogue().catalogue.value?.resources as Book | undefined) ?? null)
const items = computed(() => new Map((book.value?.items ?? []).map((one) => [one.code, one])))
const depots = computed(() => new Map((book.value?.depots ?? []).map((one) => [one.code, one])))
const parties = computed(() => new Map((book.value?.parties ?? []).map((one) => [one.code, one])))

export const itemOf = (code: string): Item | undefined => items.value.get(code)
export const itemName = (code: string): string => label(items.value.get(code)) || code
export const depotOf = (code: string): DepotName | undefined => depots.value.get(code)
export const depotName = (code: string): string => label(depots.value.get(code)) || code
export const measureName = (item: string): string => label(book.value?.measures[itemOf(item)?.measure ?? '']) || ''

/** The kinds of thing in the order of the catalogue's items, each with those of its items that are wanted. */
export function itemGroups(wanted: (item: Item) => boolean): { key: string; words: Words | undefined; items: Item[] }[] {
  const all = (book.value?.items ?? []).filter(wanted)
  return [...new Set(all.map((one) => one.category))].map((key) => ({ key, words: book.value?.categories[key], items: all.filter((one) => one.category === key) }))
}

/** How many of it, with the measure. */
export function amount(item: string, n: number): string {
  return `${n} ${measureName(item)}`.trim()
}

/** A department's or an outside party's name. */
export function partyName(code: string): string {
  const outside = parties.value.get(code)
  return outside ? label(outside) : departmentName(code)
}
/** The department that answers for a party. */
export function deskOf(code: string): string {
  return parties.value.get(code)?.desk ?? code
}
export const wordOf = (words: Words | undefined, fallback: string): string => label(words) || fallback
