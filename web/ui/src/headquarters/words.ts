/** Seats and the history in words. */
import { say } from '@/i18n'
import { label } from '@/i18n/label'
import { departmentName } from '@/catalogue/catalogue'
import type { HqLine, HqPerson, HqSeat } from '@/wire/objects'
import { personWords } from './standing'

export function seatTitle(seat: HqSeat): string {
  const name = say(`headquarters.role.${seat.role}`)
  if (seat.role === 'deputy') return say('headquarters.in_order', { name, n: seat.sort })
  return seat.place ? say('headquarters.placed', { name, place: seat.place.name }) : name
}

/** One line of the history: what happened to command, as a sentence. */
export function lineWords(line: HqLine): string {
  const person = (key: string) => (line[key] && typeof line[key] === 'object' ? personWords(line[key] as HqPerson) : '')
  const text = (key: string) => (typeof line[key] === 'string' ? line[key] : '')
  const words = {
    who: person('person') || person('to'),
    seat: label(line, 'seat'),
    from: person('from'),
    to: person('to') || person('person'),
    group: label(line, 'group'),
    lead: text('lead') ? departmentName(text('lead')) : '',
    place: line.place && typeof line.place === 'object' ? String((line.place as { name?: string }).name ?? '') : '',
    plan: label(line, 'plan'),
  }
  const said = say(`headquarters.line.${line.what}`, words)
  const more = [text('reason'), text('summary'), text('word') ? say('headquarters.by_word', { word: text('word') }) : ''].filter(Boolean)
  return [said, ...more].join(' · ')
}
