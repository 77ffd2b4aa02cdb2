/** A fact in words. Names of people, units and departments come from what the fact says; what it does not say is left out. */
import { className, departmentName, metricName, metricUnit } from '@/catalogue/catalogue'
import { has, say } from '@/i18n'
import { label } from '@/i18n/label'
import { currentLocale } from '@/i18n/locale'
import { HEADQUARTERS_WORDS } from '@/headquarters/fact_words'
import { RESOURCE_WORDS } from '@/resources/fact_words'
import { formatDayTime, formatTime } from '@/time/format'
import type { FactLine } from '@/wire/objects'

type Data = Record<string, unknown>

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const both = (data: Data, stem: string): string => text(data[`${stem}_${currentLocale()}`]) || text(data[`${stem}_zh`]) || text(data[stem])
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const word = (group: string, value: unknown): string => (has(`words.${group}.${text(value)}`) ? say(`words.${group}.${text(value)}`) : text(value))

const word2 = (group: string, value: unknown): string => (has(`${group}.${text(value)}`) ? say(`${group}.${text(value)}`) : text(value))
const fenceName = (d: Data): string => (currentLocale() === 'en' ? text(d.name_en) : '') || text(d.name)
const passage = (d: Data): Record<string, unknown> => ({ name: fenceName(d), unit: text(d.call_sign) || say('facts.some_device'), heard: d.late === true ? say('facts.heard_later') : '' })
/** What a person set for an assessment: an input, a facility taken out, another model; or back to what the record says. */
function adjusted(d: Data): string {
  const value = (d.value ?? d.before) as Data | null
  const name = d.subject === 'facility' && value && typeof value === 'object' ? label(value, 'name') : label(d) || text(d.name)
  const said = label(d, 'value') || text(d.value)
  if (d.withdrawn === true) return say('facts.adjusted_back', { name })
  return say(`facts.adjusted_${text(d.subject)}`, { name, value: said })
}
/** To whom a notice goes: a department by its name; a post, unit or account by what it is. */
function addressee(d: Data): string {
  const to = (d.to ?? {}) as Data
  return text(to.kind) === 'department' ? departmentName(text(to.id)) : say(`facts.notice_to.${text(to.kind)}`)
}
/** The post that is asked now, with who holds it. */
function asked(d: Data): string {
  const one = (d.asked ?? {}) as Data
  return [label(one), text(one.person)].filter(Boolean).join(' ')
}
const drawing = (data: Data): string => [both(data, 'kind'), text(data.name)].filter(Boolean).join(' ')

/** A shift or a spot check: the post's name, when, and who; an empty seat says so. */
const shiftWords = (d: Data): Record<string, unknown> => ({
  post: both(d, 'post'),
  starts: text(d.starts_at) ? formatDayTime(text(d.starts_at)) : '',
  person: text(d.person) || say('roster.empty'),
  before: text(d.before) || say('roster.empty'),
  result: word2('roster.check.result', d.result),
})

/** What each kind needs besides the fact's own plain fields. */
const MORE: Record<string, (data: Data) => Record<string, unknown>> = {
  'incident.opened': (d) => ({ class: className(text(d.class_key)) }),
  'incident.figure_entered': (d) => ({
    metric: metricName(text(d.metric)),
    shown: d.value === null ? say('words.unknown') : `${text(d.value)}${currentLocale() === 'zh' ? '' : ' '}${metricUnit(text(d.metric))}`,
  }),
  'incident.grade_suggested': (d) => ({ grade: d.grade === null ? say('words.ungraded') : word('grade', d.grade) }),
  'incident.graded': (d) => ({ grade: word('grade', d.grade) }),
  'incident.attached': (d) => ({ what: say(d.call_id ? 'facts.a_call' : 'facts.an_alert') }),
  'incident.linked': (d) => ({ relation: word('relation', d.relation) }),
  'incident.drawn': (d) => ({ which: say(d.which === 'impact_area' ? 'map.impact_area' : 'map.incident_area') }),
  'drawing.drawn': (d) => ({ what: drawing(d) }),
  'drawing.changed': (d) => ({ what: drawing(d) }),
  'drawing.deleted': (d) => ({ what: drawing(d) }),
  'drawing.restored': (d) => ({ what: drawing(d) }),
  'incident.corrected': (d) => ({ fields: list(d.fields).map((field) => (has(`facts.field.${text(field)}`) ? say(`facts.field.${text(field)}`) : text(field))).join(say('shell.comma')) }),
  'report.filed': (d) => ({ form: word('report_form', d.form), channel: word('report_channel', d.channel) }),
  'response.proposed': (d) => ({ plan: both(d, 'plan'), level: word('level', d.level) }),
  'response.activated': (d) => ({ plan: both(d, 'plan'), level: word('level', d.level), n: list(d.tasks).length }),
  'response.declined': (d) => ({ plan: both(d, 'plan') }),
  'response.adjusted': (d) => ({ plan: both(d, 'plan'), level: word('level', d.level), n: list(d.tasks).length, changed: word2('facts.changed_to', d.what) }),
  'response.extended': (d) => ({ plan: both(d, 'plan') }),
  'response.asked': (d) => ({ level: word('level', d.level), who: asked(d) }),
  'response.watched': (d) => ({ when: text(d.at) ? formatTime(text(d.at)) : '—' }),
  'proposal.made': (d) => ({ proposal: both(d, 'proposal'), why: list(d.reasons).map((one) => label(one as object)).join(' ') }),
  'proposal.asked': (d) => ({ proposal: both(d, 'proposal'), who: asked(d) }),
  'proposal.unanswered': (d) => ({ proposal: both(d, 'proposal') }),
  'proposal.accepted': (d) => ({ proposal: both(d, 'proposal') }),
  'proposal.rejected': (d) => ({ proposal: both(d, 'proposal') }),
  'proposal.withdrawn': (d) => ({ proposal: both(d, 'proposal') }),
  'proposal.cleared': (d) => ({ proposal: both(d, 'proposal') }),
  'response.ended': (d) => ({ plan: both(d, 'plan') }),
  'task.extension_decided': (d) => ({ decided: say(d.granted === true ? 'facts.decided.granted' : 'facts.decided.refused') }),
  'task.pause_decided': (d) => ({ decided: say(d.granted === true ? 'facts.decided.granted' : 'facts.decided.refused') }),
  'task.escalated': (d) => ({ cards: list(d.cards).map((card) => `${say(`orders.card.${text((card as Data).level)}`)}${say('shell.colon')}${label(card as object)}`).join(say('shell.comma')) }),
  'instruction.followed': (d) => ({ state_word: word2('instructions.state', d.state) }),
  'instruction.urged': (d) => ({ words: text(d.words) }),
  'instruction.escalated': (d) => ({ post: both(d, 'post') }),
  'instruction.closed': (d) => ({ note: text(d.note) }),
  'consultation.requested': (d) => ({ departments: list(d.departments).map((code) => departmentName(text(code))).join(say('shell.comma')) }),
  'opinion.given': (d) => ({ stance_word: word2('instructions.stance', d.stance), words: text(d.words) }),
  'opinion.late': (d) => ({ stance_word: word2('instructions.stance', d.stance), words: text(d.words) }),
  'opinion.escalated': (d) => ({ post: both(d, 'post') }),
  'consultation.merge_escalated': (d) => ({ post: both(d, 'post') }),
  'consultation.answered': (d) => ({ result_word: word2('instructions.result', d.result), mode_word: word2('instructions.decision_mode', d.decision_mode) }),
  'notice.given': (d) => ({ to_name: addressee(d), subject: both(d, 'subject') }),
  'message.queued': (d) => ({ to: list(d.to).length }),
  'unit.status_changed': (d) => ({ status: word('unit_status', d.status), unit: text(d.call_sign) || text(d.unit) }),
  'unit.needs_help': (d) => ({ kinds: list(d.kinds).map((kind) => word('help', kind)).join(say('shell.comma')), unit: text(d.call_sign) }),
  'unit.arrived': (d) => ({ unit: text(d.call_sign) }),
  'unit.noted': (d) => ({ unit: text(d.call_sign) }),
  'road.closed': (d) => ({ where: both(d, 'roads') || say('around.kind_area'), bars: say(`around.bars_${text(d.bars)}`) }),
  'road.opened': (d) => ({ where: both(d, 'roads') || say('around.kind_area') }),
  'delivery.changed': (d) => ({ state: word('delivery_state', d.state) }),
  'assessment.filed': (d) => ({ best: both(d, 'best'), model: label(d.model as object) || text((d.model as Data | undefined)?.id) }),
  'assessment.refused': (d) => ({ why: label(d) }),
  'assessment.adjusted': (d) => ({ what: adjusted(d) }),
  ...RESOURCE_WORDS,
  ...HEADQUARTERS_WORDS,
  'fence.drawn': (d) => ({ name: fenceName(d), purpose: word2('places.purpose', d.purpose) }),
  'fence.lifted': (d) => ({ name: fenceName(d) }),
  'fence.entered': (d) => passage(d),
  'fence.left': (d) => passage(d),
  'fence.inside': (d) => passage(d),
  ...Object.fromEntries(
    ['added', 'changed', 'removed', 'swap_asked', 'swap_agreed', 'swap_declined', 'swap_approved', 'spot_checked'].map((kind) => [`roster.${kind}`, shiftWords]),
  ),
  ...Object.fromEntries(['signed_out', 'completed', 'refused', 'withdrawn', 'overdue'].map((kind) => [`handover.${kind}`, (d: Data) => ({ post: both(d, 'post') })])),
  ...Object.fromEntries(['drafted', 'saved', 'reviewed', 'sent_back', 'approved', 'filed', 'put_in_force', 'withdrawn', 'repealed'].map((kind) => [`plan.${kind}`, (d: Data) => ({ plan: both(d, 'plan') })])),
  'task.assigned': (d) => ({ replaced: d.replaced ? say('facts.replaced', { unit: text((d.replaced as Data).call_sign) }) : '' }),
  'evacuation.redirected': (d) => ({ name: both(d, 'name'), to: both(d, 'to') }),
  'dispatch.chosen': (d) => ({ course: both(d, 'course') }),
  'duty.taken': (d) => ({ post: both(d, 'post') }),
  'deadline.passed': (d) => ({ what: has(`facts.clock.${text(d.kind)}`) ? say(`facts.clock.${text(d.kind)}`) : text(d.kind), due: text(d.due_at) ? formatTime(text(d.due_at)) : '' }),
}

export function factWords(fact: FactLine): string {
  const key = `facts.${fact.kind.replaceAll('.', '_')}`
  const data = fact.data
  const named: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(data)) named[name] = text(value)
  named.department = departmentName(text(data.department))
  const because = label(data, 'reason')
  named.because = because ? say('facts.because', { reason: because }) : ''
  Object.assign(named, MORE[fact.kind]?.(data))
  if (!has(key)) return fact.kind
  // What would be is never told like what is.
  const supposed = fact.kind === 'assessment.filed' && data.scenario !== 'live'
  const sentence = say(supposed ? `${key}_what_if` : key, named)
  return sentence
}

/** Several facts of one kind as one sentence. */
export function runWords(run: FactLine[]): string {
  const kind = run[0]?.kind ?? ''
  const told = run.reduce((sum, fact) => sum + Math.max(1, list(fact.data.to).length), 0)
  return say(`facts.run.${kind.replaceAll('.', '_')}`, { n: run.length, told })
}

/** Reports of what happened earlier are no late entries: it is the deed itself that was done earlier and heard of only now. */
const OF_THE_PAST = new Set(['incident.opened', 'incident.grade_suggested', 'incident.figure_entered', 'incident.attached', 'response.proposed', 'call.registered', 'alert.received', 'alert.updated', 'alert.cancelled'])

export function isLate(fact: FactLine): boolean {
  return !OF_THE_PAST.has(fact.kind) && Date.parse(fact.at) - Date.parse(fact.occurred_at) > 120_000
}

export function whoWords(fact: FactLine): string {
  return fact.kind === 'incident.grade_suggested' ? say('facts.system.grading') : signature(fact.by)
}

/** Who did it. Parts of the platform sign as `system:plans`; people by their name. */
export function signature({ id, name }: FactLine['by']): string {
  if (id.startsWith('model:')) return say('facts.system.model', { id: id.slice('model:'.length) })
  if (!id.startsWith('system:')) return name
  const part = id.slice('system:'.length)
  return has(`facts.system.${part}`) ? say(`facts.system.${part}`) : `${say('words.system')} · ${part}`
}
