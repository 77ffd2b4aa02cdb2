/** How an inject stands, as shape and colour; the word is always beside them. */
import type { Standing } from './timeline'

export const STANDING_SHAPES: Readonly<Record<Standing, string>> = {
  planned: '◌',
  next: '◆',
  overdue: '▲',
  delivered: '✓',
  skipped: '⊘',
}

export const STANDING_COLOURS: Readonly<Record<Standing, string>> = {
  planned: 'var(--dim)',
  next: 'var(--g2-text)',
  overdue: 'var(--g1-text)',
  delivered: 'var(--ok-text)',
  skipped: 'var(--faint)',
}
