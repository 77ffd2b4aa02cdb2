/** Units as features for the map: made anew only for those of whom something is different from what was drawn last. */
import type { Feature, FeatureCollection, Point } from 'geojson'
import type { Unit } from '@/wire/objects'
import type { Locale } from '@/i18n/locale'
import { POSITION_OLD } from './features'
import type { WherePosition } from './features'
import { unitSign } from './icons'

const GOING = new Set(['dispatched', 'en_route', 'returning'])

type State = 'stale' | 'ok' | 'go' | 'idle'
/** What is written beside a unit; `old`: its position is, and `seenAt` (ms) tells of when. */
export type UnitWords = (unit: Unit, seenAt: number | null, old: boolean) => string

interface Drawn {
  unit: Unit
  live: WherePosition | undefined
  seenAt: number | null
  state: State
  feature: Feature<Point>
}

/**
 * Thousands of units report every second, and most of what is drawn of them stays: sign, state and words. Kept from one call to
 * the next; objects of the pictures are never changed in place, so the same object is the same content.
 */
export class UnitFeatures {
  private drawn = new Map<string, Drawn>()
  private tongue: Locale | null = null

  /** `now`: the time (ms) against which a position is old. `words` are asked for again when the state or the tongue is another. */
  make(units: Unit[], where: Record<string, WherePosition>, now: number, words: UnitWords, tongue: Locale): FeatureCollection {
    if (tongue !== this.tongue) this.drawn.clear()
    this.tongue = tongue
    const drawn = new Map<string, Drawn>()
    const features: Feature[] = []
    for (const unit of units) {
      const one = this.one(unit, where[unit.id], now, words, tongue)
      if (!one) continue
      drawn.set(unit.id, one)
      features.push(one.feature)
    }
    this.drawn = drawn
    return { type: 'FeatureCollection', features }
  }

  private one(unit: Unit, live: WherePosition | undefined, now: number, words: UnitWords, tongue: Locale): Drawn | null {
    const point = live ?? unit.point
    if (!point) return null
    const before = this.drawn.get(unit.id)
    const known = before?.unit === unit ? before : null
    const seenAt = known?.live === live && known ? known.seenAt : seen(unit, live)
    const state = stateOf(unit, live, seenAt, now)
    // The words about an old position tell how old it is: they are never kept.
    const kept = known?.state === state && state !== 'stale' ? known : null
    if (kept && kept.live === live) return kept
    const busy = state !== 'idle'
    const properties = kept
      ? kept.feature.properties
      : { id: unit.id, kind: 'unit', icon: `unit|${unitSign(unit.kind, tongue)}|${state}`, title: busy ? words(unit, seenAt, state === 'stale') : '', busy }
    return { unit, live, seenAt, state, feature: { type: 'Feature', geometry: { type: 'Point', coordinates: [point.lon, point.lat] }, properties } }
  }
}

function seen(unit: Unit, live: WherePosition | undefined): number | null {
  const at = live?.at ?? live?.seen_at ?? unit.seen_at
  return at ? Date.parse(at) : null
}

/** A unit that waits at home need not report; whoever has reported is known to be there only as long as that is fresh. */
function stateOf(unit: Unit, live: WherePosition | undefined, seenAt: number | null, now: number): State {
  const old = seenAt !== null && now - seenAt > POSITION_OLD && (live !== undefined || unit.status !== 'available') && unit.status !== 'out_of_service'
  if (old) return 'stale'
  return unit.status === 'on_scene' ? 'ok' : GOING.has(unit.status) ? 'go' : 'idle'
}
