/** Colours of the zones of a model, the strongest first. They are no grades and no warnings: the legend and each edge name the level. */
import type { Theme } from '@/shell/theme'

const RAMPS: Record<Theme, readonly string[]> = {
  dark: ['#ff5a52', '#ff9838', '#f2cc4d', '#c9c08a', '#9fa89a', '#87949f'],
  light: ['#c8261d', '#c96a0a', '#a98300', '#87803f', '#6d7767', '#5d6d79'],
}

export function zoneColours(keys: readonly string[], theme: Theme): Map<string, string> {
  const ramp = RAMPS[theme]
  return new Map(keys.map((key, at) => [key, ramp[Math.min(at, ramp.length - 1)] ?? '#888888']))
}
