/** How long to wait before dialling again. */
const LONGEST_PAUSE = 15_000

/** Doubling from a second to 15 s, between half and the whole of it: thousands that were dropped together come back apart. */
export function reconnectPause(random: () => number, attempt: number): number {
  const whole = Math.min(LONGEST_PAUSE, 1000 * 2 ** Math.min(attempt, 6))
  return whole * (0.5 + random() / 2)
}
