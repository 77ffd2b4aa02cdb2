/** Night colours for a crew in the dark; kept on this phone. Day is the default: most screens are read in sunlight. */
import { ref, watch } from 'vue'

const KEY = 'fengsui.field.night'

export const night = ref(localStorage.getItem(KEY) === '1')

watch(night, (on) => {
  localStorage.setItem(KEY, on ? '1' : '0')
})
