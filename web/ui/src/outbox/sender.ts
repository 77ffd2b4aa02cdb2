/** Carries the outbox to the centre, one step at a time; every outcome is stored before the next step begins. */
import type { HeldFile, Item, Owner, Refusal } from './item'
import { after, nextStep } from './queue'
import type { Shelf } from './shelf'

/**
 * spooled: kept on the centre's disk, not in the record yet ·
 * no_answer: nothing certain came back, try again · signed_out: somebody must sign in first ·
 * clock_ahead: the phone's clock runs ahead of the centre's, which shows `now`
 */
export type Answer =
  | { readonly is: 'received'; readonly at: string }
  | { readonly is: 'spooled'; readonly at: string }
  | { readonly is: 'clock_ahead'; readonly now: string }
  | { readonly is: 'refused'; readonly refusal: Refusal }
  | { readonly is: 'signed_out' }
  | { readonly is: 'no_answer' }

export type UploadAnswer =
  | { readonly is: 'holds'; readonly received: number }
  | { readonly is: 'refused'; readonly refusal: Refusal }
  | { readonly is: 'signed_out' }
  | { readonly is: 'no_answer' }

export interface Carrier {
  /** Uploads at most one piece and tells how many bytes the centre now holds. */
  upload(file: HeldFile, content: Blob): Promise<UploadAnswer>
  send(item: Item): Promise<Answer>
}

export type Outcome = 'went_on' | 'nothing_to_do' | 'no_answer' | 'signed_out'

const LOST: Refusal = { code: 'file_lost', detail: '' }

/** This device: its own clock in ms, by which the taps were timed, and a number from 0 to 1 that spreads what many devices do. */
export interface Device {
  now(): number
  chance(): number
}

/** One step. */
export async function takeStep(shelf: Shelf, carrier: Carrier, owner: Owner, device: Device): Promise<Outcome> {
  const step = nextStep(await shelf.items(), owner, device.now())
  switch (step.do) {
    case 'rest':
      return 'nothing_to_do'
    case 'upload':
      return upload(shelf, carrier, step.item, step.file)
    case 'send':
      return send(shelf, carrier, step.item, device)
  }
}

async function upload(shelf: Shelf, carrier: Carrier, item: Item, file: HeldFile): Promise<Outcome> {
  const content = await shelf.content(file.hash)
  if (content === null) return refuse(shelf, item, LOST)
  const answer = await carrier.upload(file, content)
  switch (answer.is) {
    case 'holds':
      await shelf.change(item.id, (now) => after(now, { what: 'file_received', hash: file.hash, received: answer.received }))
      return 'went_on'
    case 'refused':
      return refuse(shelf, item, answer.refusal)
    default:
      return answer.is
  }
}

async function send(shelf: Shelf, carrier: Carrier, item: Item, device: Device): Promise<Outcome> {
  // Stored first: if the phone dies now, the list says that it was on its way, and the same id goes again.
  const leaving = await shelf.change(item.id, (now) => after(now, { what: 'leaving' }))
  if (leaving === null) return 'went_on'
  const answer = await carrier.send(leaving)
  switch (answer.is) {
    case 'received':
      await shelf.change(item.id, (now) => after(now, { what: 'received', at: answer.at }))
      await shelf.tidy()
      return 'went_on'
    case 'spooled':
      await shelf.change(item.id, (now) => after(now, { what: 'spooled', at: answer.at, phoneNow: device.now(), chance: device.chance() }))
      return 'went_on'
    case 'refused':
      return refuse(shelf, item, answer.refusal)
    case 'clock_ahead':
      await shelf.change(item.id, (now) => after(now, { what: 'clock_ahead', now: answer.now, phoneNow: device.now() }))
      return 'no_answer'
    default:
      await shelf.change(item.id, (now) => after(now, { what: 'silence' }))
      return answer.is
  }
}

async function refuse(shelf: Shelf, item: Item, refusal: Refusal): Promise<Outcome> {
  await shelf.change(item.id, (now) => after(now, { what: 'refused', refusal }))
  return 'went_on'
}
