/** What would be otherwise: people by outcome and by zone, the grade, and which townships enter or leave. Pure. */
import type { Answer, Grade, Outcome, Percentiles, PriorityArea } from '@/wire/objects'

export interface OutcomePair {
  name: string
  live: Outcome | null
  then: Outcome | null
}

export interface Comparison {
  outcomes: OutcomePair[]
  zones: { key: string; zh: string; en: string; live: Percentiles | null; then: Percentiles | null }[]
  grade: { live: Grade | null; then: Grade | null }
  /** Those that are listed on one side alone. */
  enter: PriorityArea[]
  leave: PriorityArea[]
  /** One of the lists was cut short: what is missing from it may be missing only from the list. */
  uncertain: boolean
}

const key = (one: PriorityArea) => one.code ?? one.name_zh
const keys = (all: readonly PriorityArea[]) => new Set(all.map(key))

export function compare(live: Answer & { cut?: string[] }, then: Answer & { cut?: string[] }): Comparison {
  const outcomes = [...new Set([...Object.keys(live.outcomes), ...Object.keys(then.outcomes)])]
  const zones = [...new Map([...live.zones, ...then.zones].map((zone) => [zone.key, zone])).values()]
  const [before, after] = [keys(live.priority), keys(then.priority)]
  const peopleOf = (answer: Answer, zone: string) => answer.zones.find((one) => one.key === zone)?.people ?? null
  return {
    outcomes: outcomes.map((name) => ({ name, live: live.outcomes[name] ?? null, then: then.outcomes[name] ?? null })),
    zones: zones.map((zone) => ({ key: zone.key, zh: zone.zh, en: zone.en, live: peopleOf(live, zone.key), then: peopleOf(then, zone.key) })),
    grade: { live: live.grade?.suggested ?? null, then: then.grade?.suggested ?? null },
    enter: then.priority.filter((one) => !before.has(key(one))),
    leave: live.priority.filter((one) => !after.has(key(one))),
    uncertain: [live, then].some((one) => one.cut?.includes('priority') ?? false),
  }
}
