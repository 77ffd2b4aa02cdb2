import { readonly, ref, watch } from 'vue'
import type { MapLibreMap } from './maplibre'

/**
 * How sharply maps are drawn on this machine. A machine without a graphics card draws every point itself; at half the points
 * a side it has a quarter of the work, and a map that keeps up is worth more at night than fine lines.
 */
export type Sharpness = 'fine' | 'coarse'

const KEY = 'fengsui.map.sharpness'
const held = ref<Sharpness>(kept())

function kept(): Sharpness {
  try {
    return localStorage.getItem(KEY) === 'coarse' ? 'coarse' : 'fine'
  } catch {
    return 'fine' // private windows may refuse storage
  }
}

export const useSharpness = () => readonly(held)

export function drawAs(sharpness: Sharpness): void {
  held.value = sharpness
  try {
    localStorage.setItem(KEY, sharpness)
  } catch {
    // it holds until the page is left
  }
}

/** Drawn points for each point of the screen. */
export function drawingRatio(): number {
  return held.value === 'coarse' ? 0.5 : window.devicePixelRatio
}

/** Draws a map anew whenever the choice changes. */
export function followSharpness(map: () => MapLibreMap | null): void {
  watch(held, () => { map()?.setPixelRatio(drawingRatio()) })
}
