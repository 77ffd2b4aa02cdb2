/** While somebody draws, a press on the map sets a vertex and selects nothing. */
import { shallowRef } from 'vue'

export const drawingBusy = shallowRef(false)
/** The drawing panel is open: what else lies at the left of the map makes room. */
export const drawingOpen = shallowRef(false)
