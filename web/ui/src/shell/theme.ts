/** Dark for the desk at night, light by day; kept on this device. */
import { ref } from 'vue'

export type Theme = 'dark' | 'light'

const KEY = 'fengsui.theme'

function remembered(): Theme {
  try {
    return localStorage.getItem(KEY) === 'light' ? 'light' : 'dark'
  } catch {
    return 'dark'
  }
}

export const theme = ref<Theme>(remembered())

export function applyTheme(next: Theme): void {
  theme.value = next
  document.documentElement.dataset.theme = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // The choice then lasts as long as the page.
  }
}
