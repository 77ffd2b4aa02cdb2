/**
 * Colours of the zones of a model. They go by the distance from the weakest zone, so that a zone keeps its colour when a stronger one appears in a
 * later version or in a what-if. They are no grades and no warnings: the legend and each edge name the level.
 */
import type { Theme } from '@/shell/theme'

const RAMPS: Record<Theme, readonly string[]> = {
  dark: ['#f2cc4d', '#ff9838', '#ff5a52', '#e8408f', '#cf5fd6'],
  light: ['#a98300', '#c96a0a', '#c8261d', '#a8145f', '#86208f'],
}

/** `keys`: the strongest first. */
export function zoneColours(keys: readonly string[], theme: Theme): Map<string, string> {
  const ramp = RAMPS[theme]
  return new Map(keys.map((key, at) => [key, ramp[Math.min(keys.length - 1 - at, ramp.length - 1)] ?? '#888888']))
}
