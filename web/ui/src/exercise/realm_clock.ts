/** Hears at once when exercise control changes the clock; the socket's beats alone would tell it up to fifteen seconds later. */
import { clockPace, realmNow, setClock } from '@/time/clock'
import { realm } from '@/wire/connection'
import { useFacts, usePicture } from '@/wire/pictures'
import type { FactLine } from '@/wire/objects'

const SAME_MOMENT_MS = 5_000

export function useRealmClock(): void {
  const stream = (): string | null => (realm.value !== null && realm.value.kind !== 'live' ? 'clock' : null)
  usePicture(stream)
  useFacts(stream, (facts: FactLine[]) => {
    for (const fact of facts) {
      const { speed, paused } = fact.data
      if (fact.kind !== 'clock.changed' || typeof speed !== 'number' || typeof paused !== 'boolean') continue
      // A change replayed after a lost line is history: the welcome has already told what time it is.
      const apart = Math.abs(realmNow() - Date.parse(fact.at)) / Math.max(1, clockPace.value.speed)
      if (apart <= SAME_MOMENT_MS) setClock({ at: fact.at, wall_at: fact.at, speed, paused }, Date.now())
    }
  })
}
