/** Lights: a shape, a colour and a word for how a clock stands. Thresholds after the e-supervision rule (yellow at 90 %, red when over). */
export type LightTone = 'overdue' | 'next' | 'soon' | 'intime' | 'done' | 'pending'

export const SHAPES: Record<LightTone, string> = {
  overdue: '▲',
  next: '◆',
  soon: '●',
  intime: '■',
  done: '✓',
  pending: '◌',
}

export const TONE_COLOURS: Record<LightTone, string> = {
  overdue: 'var(--g1-text)',
  next: 'var(--g2-text)',
  soon: 'var(--g3-text)',
  intime: 'var(--ok-text)',
  done: 'var(--ok-text)',
  pending: 'var(--dim)',
}

/** The light of a clock that started, is due, and is read now (milliseconds). */
export function lightOf(startedAt: number, dueAt: number, now: number): LightTone {
  if (now > dueAt) return 'overdue'
  const used = dueAt > startedAt ? (now - startedAt) / (dueAt - startedAt) : 1
  if (used >= 0.9) return 'next'
  return used >= 0.7 ? 'soon' : 'intime'
}
