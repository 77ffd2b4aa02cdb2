/** The incident last looked at on this device: where "briefing" in the header leads. */
import { ref } from 'vue'

const KEY = 'fengsui.incident'

function remembered(): string | null {
  try {
    return sessionStorage.getItem(KEY)
  } catch {
    return null
  }
}

export const lastIncident = ref<string | null>(remembered())

export function rememberIncident(id: string | null): void {
  lastIncident.value = id
  try {
    if (id) sessionStorage.setItem(KEY, id)
    else sessionStorage.removeItem(KEY)
  } catch {
    // It is only a convenience.
  }
}
