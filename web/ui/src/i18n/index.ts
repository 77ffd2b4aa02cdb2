/** vue-i18n with one namespace per file: `src/i18n/zh/desk.json` holds the messages `desk.*`. */
import { createI18n } from 'vue-i18n'
import { locale, onLocaleChange } from './locale'
import type { Locale } from './locale'

type Messages = Record<string, Record<string, unknown>>

function gather(files: Record<string, { default: Record<string, unknown> }>): Messages {
  const messages: Messages = {}
  for (const [path, file] of Object.entries(files)) {
    const name = path.slice(path.lastIndexOf('/') + 1, -'.json'.length)
    messages[name] = file.default
  }
  return messages
}

const zh = gather(import.meta.glob<{ default: Record<string, unknown> }>('./zh/*.json', { eager: true }))
const en = gather(import.meta.glob<{ default: Record<string, unknown> }>('./en/*.json', { eager: true }))

export const i18n = createI18n({
  legacy: false,
  locale: locale.value,
  fallbackLocale: 'zh',
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
  messages: { zh, en } as Record<Locale, never>,
})

function mark(current: Locale): void {
  if (typeof document !== 'undefined') document.documentElement.lang = current === 'zh' ? 'zh-CN' : 'en'
}

mark(locale.value)
onLocaleChange((next) => {
  i18n.global.locale.value = next
  mark(next)
})

interface Plain {
  t: (key: string, named: Record<string, unknown>, options?: { locale: Locale }) => string
  te: (key: string, locale: Locale) => boolean
}
const plain = i18n.global as unknown as Plain

/** Translate outside components. */
export function say(key: string, named: Record<string, unknown> = {}): string {
  return plain.t(key, named)
}

/** Translate into a language that need not be the reader's: a sheet that is printed in the other one. */
export function sayIn(tongue: Locale, key: string, named: Record<string, unknown> = {}): string {
  return plain.t(key, named, { locale: tongue })
}

/** Whether there is a message under this key. */
export function has(key: string): boolean {
  return plain.te(key, 'zh')
}

export { locale, setLocale, currentLocale } from './locale'
export type { Locale } from './locale'
