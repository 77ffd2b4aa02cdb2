/** Objects carry their names in both languages (`title_zh`, `title_en`; or `source`, `source_en`); pick the reader's, and never show nothing. */
import { currentLocale } from './locale'

export function label(object: object | null | undefined, stem?: string): string {
  if (!object) return ''
  const fields = object as Record<string, unknown>
  const name = (tongue: string) => (stem ? `${stem}_${tongue}` : tongue)
  const [own, other] = currentLocale() === 'zh' ? ['zh', 'en'] : ['en', 'zh']
  return read(fields[name(own)]) || (stem ? read(fields[stem]) : '') || read(fields[name(other)])
}

function read(value: unknown): string {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.join(currentLocale() === 'zh' ? '，' : ', ') : ''
}
