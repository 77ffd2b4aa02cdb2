/** How the screen stands to the record, in words: as of which moment, and for how long nothing has come. */
import { computed, inject, provide, toValue } from 'vue'
import type { ComputedRef, InjectionKey, MaybeRefOrGetter } from 'vue'
import { formatClock, formatDate, formatDayTime, formatSpan, realmAt } from '@/time/clock'
import { useWall } from '@/time/wall'
import { standing } from '@/wire/connection'
import type { Standing, Status } from '@/wire/frames'

export interface StandingWords {
  is: ComputedRef<Standing>
  /** True when what is shown may no longer be so. */
  stale: ComputedRef<boolean>
  /** The realm's time as of which everything is known, `02:10:31`; empty when nothing ever was. */
  at: ComputedRef<string>
  /** How long ago that was, ticking: `0:47`. */
  span: ComputedRef<string>
}

/** A moment on the realm's clock, from this device's: the second matters, the day only when it is another one. */
export function clockAt(wallMs: number): string {
  const at = realmAt(wallMs)
  const today = formatDate(at) === formatDate(realmAt(Date.now()))
  return today ? formatClock(at) : `${formatDayTime(at).slice(0, 5)} ${formatClock(at)}`
}

export function useStanding(): StandingWords {
  const wall = useWall()
  return {
    is: computed(() => standing.value.is),
    stale: computed(() => standing.value.is === 'no_line' || standing.value.is === 'no_record'),
    at: computed(() => (standing.value.asOf > 0 ? clockAt(standing.value.asOf) : '')),
    span: computed(() => formatSpan(wall.value - standing.value.asOf)),
  }
}

const STATUS: InjectionKey<MaybeRefOrGetter<Status>> = Symbol('status')

/** Tell every `NoneNote` and `KnownCount` below this component which stream's word they stand on. */
export function provideStatus(status: MaybeRefOrGetter<Status>): void {
  provide(STATUS, status)
}

const OVERALL: Record<Standing, Status> = { connecting: 'loading', live: 'live', no_line: 'stale', no_record: 'stale' }

/** The status that was provided, or how the screen stands as a whole. */
export function useStatus(): ComputedRef<Status> {
  const given = inject(STATUS, null)
  return computed(() => (given === null ? OVERALL[standing.value.is] : toValue(given)))
}
