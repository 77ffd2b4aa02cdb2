/** Facts about a headquarters in words: what each kind needs besides the fact's own plain fields. */
import { departmentName } from '@/catalogue/catalogue'
import { has, say } from '@/i18n'
import { label } from '@/i18n/label'
import { currentLocale } from '@/i18n/locale'

type Data = Record<string, unknown>
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const both = (d: Data, stem: string): string => text(d[`${stem}_${currentLocale()}`]) || text(d[`${stem}_zh`])
const commanding = (d: Data): string => (currentLocale() === 'en' ? text(d.commanding_en) : '') || text(d.commanding) || say('headquarters.nobody')

function words(d: Data): Record<string, unknown> {
  const level = has(`words.level.${text(d.level)}`) ? say(`words.level.${text(d.level)}`) : ''
  return {
    person: both(d, 'person'), seat: both(d, 'seat'), from: both(d, 'from'), group: both(d, 'group'), matter: both(d, 'matter'), plan: both(d, 'plan'), level,
    lead: text(d.lead) ? departmentName(text(d.lead)) : '', place: text(d.place), reason: label(d, 'reason'), who: commanding(d),
    word: text(d.word) ? ` (${say('headquarters.by_word', { word: text(d.word) })})` : '',
  }
}

const KINDS = [
  'established', 'grown', 'dissolved', 'named', 'taken', 'declined', 'silent', 'relieved', 'moved', 'called', 'answered', 'call_silent', 'act_silent', 'stepped_in', 'transfer_proposed', 'transferred',
  'transfer_refused', 'transfer_withdrawn', 'transfer_late', 'delegated', 'delegation_revoked', 'delegation_expired', 'group_added', 'group_changed', 'group_dissolved',
]

export const HEADQUARTERS_WORDS: Record<string, (data: Data) => Record<string, unknown>> = Object.fromEntries(KINDS.map((what) => [`headquarters.${what}`, words]))
