/** The realm's time. Screens never show the device's own clock: an exercise runs at its own pace, and devices are wrong. */
import { onScopeDispose, shallowRef } from 'vue'
import type { Ref } from 'vue'
import type { ClockReading } from '@/wire/objects'

interface Reading {
  at: number
  receivedAt: number
  speed: number
  paused: boolean
}

let reading: Reading = { at: 0, receivedAt: 0, speed: 1, paused: false }
const now = shallowRef(Date.now())
export const clockKnown = shallowRef(false)
export const clockPace = shallowRef<{ speed: number; paused: boolean }>({ speed: 1, paused: false })

/** Take a reading off the wire; `receivedAt` is this device's wall time (ms) when it came. */
export function setClock(clock: ClockReading, receivedAt: number): void {
  reading = { at: Date.parse(clock.at), receivedAt, speed: clock.speed, paused: clock.paused }
  clockKnown.value = true
  const { speed, paused } = clockPace.value
  if (speed !== clock.speed || paused !== clock.paused) clockPace.value = { speed: clock.speed, paused: clock.paused }
  tick()
}

/** Milliseconds since 1970 on the realm's clock. */
export function realmNow(): number {
  return realmAt(Date.now())
}

/** What the realm's clock showed when this device's clock showed `wallMs`. */
export function realmAt(wallMs: number): number {
  if (reading.receivedAt === 0) return wallMs
  if (reading.paused) return reading.at
  return reading.at + (wallMs - reading.receivedAt) * reading.speed
}

function tick(): void {
  now.value = realmNow()
}

let users = 0
let timer: ReturnType<typeof setTimeout> | null = null

/** At the second's edge when time runs as usual, four times a second when it runs faster. */
function schedule(): void {
  const wait = reading.speed > 1 ? 250 : 1000 - (realmNow() % 1000)
  timer = setTimeout(() => {
    tick()
    schedule()
  }, Math.max(20, wait))
}

/** The realm's time, ticking; shared by all who ask. */
export function useNow(): Readonly<Ref<number>> {
  users++
  if (timer === null) {
    tick()
    schedule()
  }
  onScopeDispose(() => {
    if (--users === 0 && timer !== null) {
      clearTimeout(timer)
      timer = null
    }
  })
  return now
}

export * from './format'
