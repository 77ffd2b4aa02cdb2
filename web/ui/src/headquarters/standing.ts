/** How a headquarters stands, in words and for the one who looks. Pure. */
import { currentLocale } from '@/i18n/locale'
import { label } from '@/i18n/label'
import type { Headquarters, HqPerson, HqSeat, HqTransfer, Membership, Picture } from '@/wire/objects'

/** Who looks: his account, and whether he may hold posts of the headquarters that nobody holds. */
export interface Me {
  account: string | null
  leads: boolean
}

export function headquartersOf(picture: Picture | null | undefined, incident: string | null): Headquarters | null {
  const found = incident === null ? null : picture?.headquarters?.[incident]
  return found && 'seats' in found ? found : null
}

export function membershipsOf(picture: Picture | null | undefined): Membership[] {
  return Object.values(picture?.headquarters ?? {}).filter((one): one is Membership => !('seats' in one))
}

/** Post or title and name, as they are said together; a post that nobody holds by its name alone. */
export function personWords(person: HqPerson): string {
  const post = label(person, 'post') || label(person, 'title')
  if (!person.name) return post
  if (!post) return person.name
  return currentLocale() === 'zh' ? `${post} ${person.name}` : `${person.name}, ${post}`
}

/** He himself; of a post that nobody holds everybody who may hold it. */
export function isMe(person: HqPerson, me: Me): boolean {
  if (person.account_id) return person.account_id === me.account
  return me.leads && !person.name && person.post !== null
}

export function commandingSeat(hq: Headquarters): HqSeat | null {
  return hq.seats.find((seat) => seat.id === hq.commanding?.seat_id) ?? null
}

/** The deputy who is asked to act now. */
export function askedToAct(hq: Headquarters): HqSeat | null {
  const id = hq.acting?.asked.find((one) => one.outcome === 'waiting')?.seat_id
  return hq.seats.find((seat) => seat.id === id) ?? null
}

export function openTransfer(hq: Headquarters): HqTransfer | null {
  return hq.transfer?.outcome === 'open' ? hq.transfer : null
}

export type Question =
  | { is: 'transfer'; key: string; at: string; until: string; transfer: HqTransfer }
  | { is: 'act' | 'seat' | 'call'; key: string; at: string; until: string; seat: HqSeat }

/** What this person must answer now, the gravest first. */
export function questionsTo(hq: Headquarters | null, me: Me): Question[] {
  if (hq?.state !== 'standing') return []
  const found: Question[] = []
  const acts = hq.acting?.asked.find((one) => one.outcome === 'waiting')
  for (const seat of hq.seats) {
    if (!isMe(seat.person, me)) continue
    if (acts?.seat_id === seat.id) found.push({ is: 'act', key: `act:${seat.id}`, at: acts.at, until: acts.until, seat })
    if (seat.state === 'taken' && seat.call && seat.call.outcome !== 'answered') found.push({ is: 'call', key: `call:${seat.id}`, at: seat.call.at, until: seat.call.until, seat })
    if ((seat.state === 'asked' || seat.state === 'silent') && seat.asked_at && seat.until) found.push({ is: 'seat', key: `seat:${seat.id}`, at: seat.asked_at, until: seat.until, seat })
  }
  const transfer = openTransfer(hq)
  if (transfer && isMe(transfer.to, me)) found.push({ is: 'transfer', key: `transfer:${transfer.id}`, at: transfer.at, until: transfer.until, transfer })
  const grave = { transfer: 0, act: 1, call: 2, seat: 3 }
  return found.sort((a, b) => grave[a.is] - grave[b.is])
}

export type SeatDeed = 'take' | 'decline' | 'call' | 'answer' | 'step_in' | 'name' | 'move' | 'relieve'

/** What may be done with a seat, as far as a screen can know it; the centre decides. `keeps`: may name and call. */
export function deedsOf(hq: Headquarters, seat: HqSeat, me: Me, keeps: boolean, desk: boolean): SeatDeed[] {
  if (hq.state !== 'standing') return []
  const deeds: SeatDeed[] = []
  const own = isMe(seat.person, me)
  const answers = own || (desk && seat.person.name !== null)
  const commands = hq.commanding?.seat_id === seat.id
  const called = seat.call !== null && seat.call.outcome !== 'answered'
  const now = commandingSeat(hq)
  if (seat.state !== 'taken' && answers) deeds.push('take')
  if (seat.state === 'taken' && called && answers) deeds.push('answer')
  if (seat.role === 'deputy' && !commands && answers && (now === null || now.call?.outcome === 'silent')) deeds.push('step_in')
  if (seat.state === 'taken' && !called && keeps) deeds.push('call')
  if (keeps && !commands && !(seat.role === 'commander' && seat.state === 'taken')) deeds.push('name')
  if (keeps && (seat.role === 'forward' || seat.role === 'rear')) deeds.push('move')
  if ((seat.state === 'asked' || seat.state === 'silent' || seat.state === 'vacant') && answers) deeds.push('decline')
  if (keeps && seat.role !== 'commander' && !commands) deeds.push('relieve')
  return deeds
}
