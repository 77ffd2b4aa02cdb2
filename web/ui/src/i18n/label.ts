/** Objects carry their names in both languages (`title_zh`, `title_en`); pick the reader's, and never show nothing. */
import { currentLocale } from './locale'

export function label(object: object | null | undefined, stem?: string): string {
  if (!object) return ''
  const fields = object as Record<string, unknown>
  const name = (tongue: string) => (stem ? `${stem}_${tongue}` : tongue)
  const mine = fields[name(currentLocale())]
  if (typeof mine === 'string' && mine !== '') return mine
  const other = fields[name(currentLocale() === 'zh' ? 'en' : 'zh')]
  return typeof other === 'string' ? other : ''
}
