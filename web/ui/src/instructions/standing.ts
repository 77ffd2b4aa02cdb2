/** How instructions and opinions stand against their clocks, and in which order a tired reader wants them. Pure. */
import { lightOf, SHAPES, TONE_COLOURS, type LightTone } from '@/shell/light'
import { toMs } from '@/time/clock'
import type { Consultation, Instruction, Opinion, Stance, Task } from '@/wire/objects'

/** Whether word back to the leader is still owed. */
export function isOwed(one: Instruction): boolean {
  return isOpen(one) && one.state !== 'answered'
}

export function isOpen(one: Instruction): boolean {
  return one.state !== 'closed' && one.state !== 'cancelled'
}

/** The clock to the next word back; it started when the leader spoke, or with the last word he was given. */
export function instructionTone(one: Instruction, now: number): LightTone {
  if (one.state === 'closed') return 'done'
  if (!isOwed(one)) return 'pending'
  const last = one.sent_back?.at ?? one.answers.at(-1)?.at ?? one.given_at
  return lightOf(toMs(last), toMs(one.feedback_due), now)
}

/** What is owed first, by its clock; then what waits for the leader; then what is over, the newest first. */
export function sortInstructions(all: Instruction[]): Instruction[] {
  const rank = (one: Instruction) => (isOwed(one) ? 0 : isOpen(one) ? 1 : 2)
  return [...all].sort((a, b) => rank(a) - rank(b) || (rank(a) === 0 ? a.feedback_due.localeCompare(b.feedback_due) : b.updated_at.localeCompare(a.updated_at)))
}

/** The orders that carry it out, in the order of their numbers. */
export function ordersOf(one: Instruction, tasks: Record<string, Task> | undefined): Task[] {
  return Object.values(tasks ?? {}).filter((task) => task.instruction_id === one.id && !task.parent_id).sort((a, b) => a.no.localeCompare(b.no))
}

export function opinionTone(opinion: Opinion, now: number): LightTone {
  if (opinion.stance !== null) return 'done'
  if (opinion.state === 'escalated') return 'overdue'
  return lightOf(toMs(opinion.asked_at), toMs(opinion.due), now)
}

const SAID: Record<Stance, { shape: string; colour: string }> = {
  agree: { shape: '✓', colour: 'var(--ok-text)' },
  conditions: { shape: '◐', colour: 'var(--g3-text)' },
  disagree: { shape: '✗', colour: 'var(--g1-text)' },
  abstain: { shape: '○', colour: 'var(--dim)' },
}

/** How an opinion is marked: by its clock until it is given, then by what it says. A tick is an agreement, never an objection. */
export function opinionMark(opinion: Opinion, now: number): { shape: string; colour: string } {
  if (opinion.stance !== null) return SAID[opinion.stance]
  const tone = opinionTone(opinion, now)
  return { shape: SHAPES[tone], colour: TONE_COLOURS[tone] }
}

export function consultationIsOpen(one: Consultation): boolean {
  return one.state === 'asked' || one.state === 'ready'
}

export function consultationTone(one: Consultation, now: number): LightTone {
  if (one.state === 'answered') return 'done'
  if (one.state === 'withdrawn') return 'pending'
  if (one.state === 'ready' && one.merge_due) return one.merge_escalated.length ? 'overdue' : lightOf(toMs(one.updated_at), toMs(one.merge_due), now)
  const order: LightTone[] = ['overdue', 'next', 'soon', 'intime']
  const waiting = one.opinions.filter((opinion) => opinion.stance === null).map((opinion) => opinionTone(opinion, now))
  return order.find((tone) => waiting.includes(tone)) ?? 'intime'
}

/** When the next part of it is due; null when nothing is. */
export function consultationDue(one: Consultation): string | null {
  if (one.state === 'ready') return one.merge_due
  if (one.state !== 'asked') return null
  return one.opinions.filter((opinion) => opinion.stance === null).map((opinion) => opinion.due).sort()[0] ?? null
}

export function sortConsultations(all: Consultation[]): Consultation[] {
  return [...all].sort((a, b) => Number(consultationIsOpen(b)) - Number(consultationIsOpen(a)) || (consultationDue(a) ?? '').localeCompare(consultationDue(b) ?? '') || b.updated_at.localeCompare(a.updated_at))
}

export type Part = 'answer' | 'merge' | 'asked' | 'other'

/** What a department has to do with it: its own answer first. */
export function partOf(one: Consultation, department: string): Part {
  if (one.state === 'asked' && one.opinions.some((opinion) => opinion.department === department && opinion.stance === null)) return 'answer'
  if (one.state === 'ready' && one.lead === department) return 'merge'
  return one.asker_department === department ? 'asked' : 'other'
}

/** Which opinions an answer must speak to before it can go out. */
export function mustAddress(one: Consultation, result: 'approved' | 'conditional' | 'refused'): Opinion[] {
  return one.opinions.filter((opinion) => opinion.stance === 'disagree' || (opinion.stance === 'conditions' && result === 'approved'))
}
