/** The reader's language: what was chosen on this device, else the account's own; Chinese first. Sent to the server as Accept-Language. */
import { ref } from 'vue'

export type Locale = 'zh' | 'en'

const KEY = 'fengsui.locale'

function remembered(): Locale | null {
  try {
    const kept = localStorage.getItem(KEY)
    return kept === 'en' || kept === 'zh' ? kept : null
  } catch {
    return null
  }
}

/** Chosen by hand, on this device or since this page was opened. */
let chosen = remembered()
export const locale = ref<Locale>(chosen ?? 'zh')

const listeners = new Set<(locale: Locale) => void>()

export function currentLocale(): Locale {
  return locale.value
}

export function onLocaleChange(call: (locale: Locale) => void): void {
  listeners.add(call)
}

function show(next: Locale): void {
  locale.value = next
  for (const call of listeners) call(next)
}

/** Somebody signed in: his account's language, unless one was chosen on this device. Not kept: the next one at this desk has his own. */
export function followAccount(theirs: string): void {
  if (!chosen) show(theirs === 'en' ? 'en' : 'zh')
}

export function setLocale(next: Locale): void {
  chosen = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Private windows may refuse storage; the choice then lasts as long as the page.
  }
  show(next)
}
