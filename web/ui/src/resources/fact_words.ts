/** Facts about resources in words: what each kind needs besides the fact's own plain fields. */
import { departmentName } from '@/catalogue/catalogue'
import { say } from '@/i18n'
import { currentLocale } from '@/i18n/locale'
import { depotName, partyName } from './book'

type Data = Record<string, unknown>
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const both = (d: Data, stem: string): string => text(d[`${stem}_${currentLocale()}`]) || text(d[`${stem}_zh`])
const stock = (d: Data) => ({ item_name: both(d, 'item'), depot_name: depotName(text(d.depot)) })
const asked = (d: Data) => ({
  item_name: both(d, 'item'),
  from: departmentName(text(d.department)),
  party_name: d.party === null ? say('resources.nobody') : partyName(text(d.party)),
})
const named = (d: Data) => ({ name: both(d, 'name'), late_words: d.late === true ? say('facts.late') : '', over_words: typeof d.over === 'number' && d.over > 0 ? say('facts.over_words', { n: d.over }) : '' })

export const RESOURCE_WORDS: Record<string, (data: Data) => Record<string, unknown>> = {
  ...Object.fromEntries(['received', 'counted', 'discarded', 'committed', 'issued', 'returned'].map((what) => [`stock.${what}`, stock])),
  ...Object.fromEntries(['opened', 'reported', 'closed', 'suspended', 'restored'].map((what) => [`shelter.${what}`, named])),
  ...Object.fromEntries(
    ['made', 'offered', 'declined', 'passed_on', 'escalated', 'cancelled', 'committed', 'withdrawn', 'deployed', 'received', 'released', 'returned'].map((what) => [`request.${what}`, asked]),
  ),
  'beds.reported': named,
}
