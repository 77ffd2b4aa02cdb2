/** The reader's language: Chinese first, kept on this device, sent to the server as Accept-Language. */
import { ref } from 'vue'

export type Locale = 'zh' | 'en'

const KEY = 'fengsui.locale'

function remembered(): Locale {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

export const locale = ref<Locale>(remembered())

const listeners = new Set<(locale: Locale) => void>()

export function currentLocale(): Locale {
  return locale.value
}

export function onLocaleChange(call: (locale: Locale) => void): void {
  listeners.add(call)
}

export function setLocale(next: Locale): void {
  locale.value = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Private windows may refuse storage; the choice then lasts as long as the page.
  }
  for (const call of listeners) call(next)
}
