/** While a form waits for a place, the next press on the map goes to it; while an area is drawn, its corners are shown. */
import { shallowRef } from 'vue'

export const placePick = shallowRef<((at: { lon: number; lat: number }) => void) | null>(null)
export const sketch = shallowRef<[number, number][]>([])

/** Ask for places, and stop asking: what another form asked for meanwhile stays. */
export function usePicking(): { begin: (take: (at: { lon: number; lat: number }) => void) => void; end: () => void } {
  let mine: typeof placePick.value = null
  return {
    begin: (take) => {
      mine = take
      placePick.value = take
      sketch.value = []
    },
    end: () => {
      if (mine !== null && placePick.value === mine) {
        placePick.value = null
        sketch.value = []
      }
      mine = null
    },
  }
}
