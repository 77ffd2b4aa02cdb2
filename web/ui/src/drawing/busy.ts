/** While somebody draws, a press on the map sets a vertex and selects nothing. */
import { shallowRef } from 'vue'

export const drawingBusy = shallowRef(false)
