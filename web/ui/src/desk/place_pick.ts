/** While a form waits for a place, the next press on the map goes to it. */
import { shallowRef } from 'vue'

export const placePick = shallowRef<((at: { lon: number; lat: number }) => void) | null>(null)
