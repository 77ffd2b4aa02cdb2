/** While a form waits for a place, the next press on the map goes to it; while an area is drawn, its corners are shown. */
import { shallowRef } from 'vue'

export const placePick = shallowRef<((at: { lon: number; lat: number }) => void) | null>(null)
export const sketch = shallowRef<[number, number][]>([])
