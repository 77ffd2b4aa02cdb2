/** Objects carry their names in both languages (`title_zh`, `title_en`); pick the reader's, and never show nothing. */
import { currentLocale } from './locale'

export function label(object: object | null | undefined, stem?: string): string {
  if (!object) return ''
  const fields = object as Record<string, unknown>
  const name = (tongue: string) => (stem ? `${stem}_${tongue}` : tongue)
  return read(fields[name(currentLocale())]) || read(fields[name(currentLocale() === 'zh' ? 'en' : 'zh')])
}

function read(value: unknown): string {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.join(currentLocale() === 'zh' ? '，' : ', ') : ''
}
