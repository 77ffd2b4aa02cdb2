/** Where the phone is. Newest wins, nothing is queued: a position of an hour ago helps nobody (telemetry, not a fact). */
import { computed, onScopeDispose, shallowRef, type Ref, type ShallowRef } from 'vue'
import { realmNow } from '@/time/clock'
import { post } from '@/wire/api'

export interface Fix {
  readonly lon: number
  readonly lat: number
  readonly accuracyM: number
  /** The phone's clock in ms. */
  readonly at: number
}

/** insecure: the browser gives positions only over https · off: the crew or the phone refuses */
export type PositionState = 'asking' | 'fixed' | 'off' | 'unavailable' | 'insecure'

const OLD_MS = 180_000
const ROUGH_M = 500
const SEND_AT_MOST_EVERY_MS = 15_000
const SEND_AT_LEAST_EVERY_MS = 60_000
const MOVED_M = 15

/** A fix that may stand in a command: recent, and not off by more than half a kilometre. */
export function usableFix(fix: Fix | null, now: number): Fix | null {
  return fix !== null && now - fix.at <= OLD_MS && fix.accuracyM <= ROUGH_M ? fix : null
}

/** Metres between two fixes, flat-earth: they are seconds apart. */
export function metresBetween(a: Fix, b: Fix): number {
  const north = (a.lat - b.lat) * 111_320
  const east = (a.lon - b.lon) * 111_320 * Math.cos((a.lat * Math.PI) / 180)
  return Math.hypot(north, east)
}

export function worthSending(fix: Fix, sent: Fix | null): boolean {
  if (sent === null) return true
  const since = fix.at - sent.at
  if (since >= SEND_AT_LEAST_EVERY_MS) return true
  return since >= SEND_AT_MOST_EVERY_MS && metresBetween(fix, sent) >= MOVED_M
}

export interface Position {
  readonly fix: ShallowRef<Fix | null>
  readonly state: Ref<PositionState>
}

/** Watches the phone's position and tells the centre, while the screen is open; `unit` is whose it is. */
export function usePosition(unit: () => string | null): Position {
  const fix = shallowRef<Fix | null>(null)
  const trouble = shallowRef<'off' | 'unavailable' | 'insecure' | null>(null)
  const state = computed<PositionState>(() => trouble.value ?? (fix.value === null ? 'asking' : 'fixed'))
  let sent: Fix | null = null
  let sending = false

  async function tell(): Promise<void> {
    const now = fix.value
    const id = unit()
    if (sending || now === null || id === null || !worthSending(now, sent)) return
    sending = true
    try {
      await post('/api/positions', positionReport(id, now))
      sent = now
    } catch {
      // Nothing is lost: the next fix is better than this one.
    } finally {
      sending = false
    }
  }

  if (!window.isSecureContext) trouble.value = 'insecure'
  else if (!('geolocation' in navigator)) trouble.value = 'unavailable'
  else {
    const watching = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        trouble.value = null
        fix.value = {
          lon: Number(coords.longitude.toFixed(6)),
          lat: Number(coords.latitude.toFixed(6)),
          accuracyM: Math.round(coords.accuracy),
          at: timestamp,
        }
        void tell()
      },
      (error) => {
        if (error.code === error.PERMISSION_DENIED) trouble.value = 'off'
        else if (fix.value === null) trouble.value = 'unavailable'
      },
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: 30_000 },
    )
    onScopeDispose(() => {
      navigator.geolocation.clearWatch(watching)
    })
  }
  return { fix, state }
}

/** Timed on the realm's clock, as everything in the record is. */
function positionReport(unit: string, fix: Fix): Record<string, unknown> {
  const at = new Date(realmNow() - (Date.now() - fix.at)).toISOString()
  return { positions: [{ unit_id: unit, lon: fix.lon, lat: fix.lat, accuracy_m: fix.accuracyM, at }] }
}
