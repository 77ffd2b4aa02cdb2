/** How long each unit needs to the place of an incident, by road with what is closed; where no road is known, a straight line and never a time. */
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useClosures } from '@/map/road_layers'
import { realmNow } from '@/time/clock'
import { post } from '@/wire/api'
import type { Problem } from '@/wire/api'
import type { Unit } from '@/wire/objects'
import { km, minutes, useQuestion } from './around/around'
import type { Basis, Spot } from './around/around'
import { kilometres } from './distance'

/** `seconds` null: no time is known, and `reason` says why; `reason` null as well: not asked yet, or no answer came. */
export interface Travel {
  seconds: number | null
  range: readonly [number, number] | null
  straight_m: number
  reason: string | null
}

export interface MatrixAnswer {
  origins: string[]
  seconds: (number | null)[][]
  straight_m: number[][]
  reasons: { origin: string; target: string; reason: string }[]
  basis: Basis & { range: { low: number; high: number } }
}

interface Place extends Spot {
  id: string
}

export interface Times {
  /** Null: the unit's or the incident's position is not known. */
  of: (unit: Unit) => Travel | null
  /** Known times first, the quickest before; then straight lines; then units without a position. */
  sorted: (units: readonly Unit[]) => Unit[]
  basis: ComputedRef<MatrixAnswer['basis'] | null>
  /** Realm time (ms) at which the answer came. */
  answeredAt: Readonly<Ref<number | null>>
  asking: Readonly<{ value: boolean }>
  problem: Readonly<{ value: Problem | null }>
  ask: () => void
}

/** A unit that drives is asked about again after so long, when it has moved so far. */
const AGAIN_MS = 15_000
const MOVED_KM = 0.2
const MOST = 500

/** Where each unit is now; `live`: newer positions by unit, where the screen follows them. */
export function useTravel(units: () => readonly Unit[], site: () => Spot | null, live: () => Record<string, Spot | undefined> = () => ({})): Times {
  const closures = useClosures()
  const question = useQuestion<MatrixAnswer>()
  const answeredAt = shallowRef<number | null>(null)
  let asked: Place[] = []

  const target = computed(() => {
    const at = site()
    return at ? { id: 'site', lon: at.lon, lat: at.lat } : null
  })
  const places = computed(() =>
    units().flatMap((unit): Place[] => {
      const at = live()[unit.id] ?? unit.point
      return at ? [{ id: unit.id, lon: at.lon, lat: at.lat }] : []
    }),
  )
  const found = computed(() => {
    const answer = question.answer.value
    return answer ? timesOf(answer) : new Map<string, Travel>()
  })

  function ask(): void {
    const to = target.value
    // Nearest first, should there ever be more units than one question holds.
    const from = to ? [...places.value].sort((a, b) => kilometres(a, to) - kilometres(b, to)).slice(0, MOST) : []
    asked = from
    if (!to || !from.length) {
      question.forget()
      return
    }
    void question.ask(() => post<MatrixAnswer>('/api/roads/matrix', { origins: from, targets: [to], who: 'rescue' })).then(() => {
      if (question.answer.value) answeredAt.value = realmNow()
    })
  }

  // Another place, other units or other closed roads: every time that was given may be wrong.
  watch(
    [() => `${target.value?.lon},${target.value?.lat}`, () => places.value.map((one) => one.id).sort().join(), () => closures.value.map((one) => `${one.id}${one.version}`).sort().join()],
    ([to], [before]) => {
      if (to !== before) question.forget()
      ask()
    },
    { immediate: true },
  )
  const timer = setInterval(() => {
    if (!question.asking.value && hasMoved(asked, places.value)) ask()
  }, AGAIN_MS)
  onScopeDispose(() => {
    clearInterval(timer)
  })

  function of(unit: Unit): Travel | null {
    const to = target.value
    const at = live()[unit.id] ?? unit.point
    if (!to || !at) return null
    return found.value.get(unit.id) ?? { seconds: null, range: null, straight_m: kilometres(at, to) * 1000, reason: null }
  }

  return {
    of,
    sorted: (list) => sortByTravel(list, of),
    basis: computed(() => question.answer.value?.basis ?? null),
    answeredAt,
    asking: question.asking,
    problem: question.problem,
    ask,
  }
}

/** By origin, of a matrix with one target. */
export function timesOf(answer: MatrixAnswer): Map<string, Travel> {
  const reasons = new Map(answer.reasons.map((one) => [one.origin, one.reason]))
  const { low, high } = answer.basis.range
  return new Map(
    answer.origins.map((id, row): [string, Travel] => {
      const seconds = answer.seconds[row]?.[0] ?? null
      return [id, { seconds, range: seconds === null ? null : [seconds * low, seconds * high], straight_m: answer.straight_m[row]?.[0] ?? 0, reason: reasons.get(id) ?? null }]
    }),
  )
}

export function hasMoved(before: readonly Place[], now: readonly Place[]): boolean {
  const was = new Map(before.map((one) => [one.id, one]))
  return now.some((one) => {
    const old = was.get(one.id)
    return old !== undefined && kilometres(old, one) > MOVED_KM
  })
}

export function sortByTravel<T>(list: readonly T[], of: (one: T) => Travel | null): T[] {
  const rank = (travel: Travel | null) => (travel === null ? 2 : travel.seconds === null ? 1 : 0)
  return list
    .map((one) => ({ one, travel: of(one) }))
    .sort((a, b) => rank(a.travel) - rank(b.travel) || (a.travel?.seconds ?? 0) - (b.travel?.seconds ?? 0) || (a.travel?.straight_m ?? 0) - (b.travel?.straight_m ?? 0))
    .map(({ one }) => one)
}

/** In words: what a list says of a unit, and the smaller line below it. */
export function useTravelWords(): { main: (travel: Travel | null) => string; more: (travel: Travel | null) => string; line: (travel: Travel | null) => string } {
  const { t } = useI18n()
  const straight = (travel: Travel) => t('around.straight', { km: km(travel.straight_m) })

  function main(travel: Travel | null): string {
    if (!travel) return t('desk.forces.no_position')
    return travel.seconds === null ? straight(travel) : t('around.minutes', { n: minutes(travel.seconds) })
  }

  function more(travel: Travel | null): string {
    if (!travel) return ''
    if (travel.range) {
      const [low, high] = travel.range.map(minutes)
      return low === high ? '' : t('around.range', { low, high })
    }
    return t(travel.reason === null ? 'desk.travel.not_asked' : `desk.travel.why.${travel.reason}`)
  }

  return { main, more, line: (travel) => (travel && travel.seconds === null ? `${main(travel)} · ${more(travel)}` : main(travel)) }
}
