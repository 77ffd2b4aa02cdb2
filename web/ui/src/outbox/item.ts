/**
 * One thing done on this device, kept on it until the command centre has it: a crew's deed in the field, a call taken at the desk.
 *
 * An item is a command with its own id and the time of the tap, stored before anything is sent. The id never changes while the
 * item is being sent, so the centre records it once however often it arrives.
 */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * waiting: the centre is not known to have it · sent: on its way, the answer is awaited ·
 * spooled: the centre keeps it on its disk until its database is back, it is not in the record yet ·
 * received: in the record · refused: answered with a reason
 */
export type ItemState = 'waiting' | 'sent' | 'spooled' | 'received' | 'refused'

/** What the centre said when it kept the item on its disk, and when to ask again whether it is in the record. */
export interface Spool {
  /** When the centre first wrote it down (its wall clock), ISO 8601. */
  readonly at: string
  /** How often it has answered that it still is only kept. */
  readonly answers: number
  /** This device's clock in ms. */
  readonly askAt: number
}

export interface HeldFile {
  /** SHA-256 of the content, 64 lower-case hex digits: also its address at the centre. */
  readonly hash: string
  readonly name: string
  readonly mediaType: string
  readonly size: number
  /** Bytes that the centre has confirmed. */
  readonly received: number
}

export interface Refusal {
  readonly code: string
  readonly detail: string
  /** The field of the command that the refusal is about, where it names one. */
  readonly field?: string
}

/** Whose item it is: another account, or another realm at the same address, never sends it. */
export interface Owner {
  readonly account: string
  readonly realm: string
}

export interface Item extends Owner {
  readonly id: string
  /** Order of the taps on this phone. */
  readonly order: number
  readonly kind: string
  readonly stream: string
  /** Realm time of the tap, ISO 8601 UTC. */
  readonly occurredAt: string
  /** The phone's own clock at the tap in ms, for the item's age only. */
  readonly tappedAt: number
  readonly data: { readonly [key: string]: Json }
  readonly files: readonly HeldFile[]
  readonly state: ItemState
  readonly attempts: number
  /** When the centre recorded it (realm time), from its receipt. */
  readonly receivedAt: string | null
  readonly refusal: Refusal | null
  /** Set while `state` is `spooled`. */
  readonly spool?: Spool | undefined
}

export interface Draft {
  readonly id: string
  readonly kind: string
  readonly stream: string
  readonly occurredAt: string
  readonly tappedAt: number
  readonly data: { readonly [key: string]: Json }
  readonly files: readonly Omit<HeldFile, 'received'>[]
}

export function itemOf(draft: Draft, owner: Owner, order: number): Item {
  return {
    ...draft,
    account: owner.account,
    realm: owner.realm,
    order,
    files: draft.files.map((file) => ({ ...file, received: 0 })),
    state: 'waiting',
    attempts: 0,
    receivedAt: null,
    refusal: null,
  }
}

/** What goes over the wire: the data as tapped, with the files named by hash. */
export function envelopeOf(item: Item): {
  id: string
  kind: string
  stream: string
  occurred_at: string
  data: { readonly [key: string]: Json }
} {
  const files = item.files.map((file) => file.hash)
  return {
    id: item.id,
    kind: item.kind,
    stream: item.stream,
    occurred_at: item.occurredAt,
    data: files.length > 0 ? { ...item.data, files } : item.data,
  }
}

export function isPending(item: Item): boolean {
  return item.state === 'waiting' || item.state === 'sent' || item.state === 'spooled'
}

/** Taken back honestly only while nobody else can have seen it. */
export function isRemovable(item: Item): boolean {
  return item.state === 'refused' || (item.state === 'waiting' && item.attempts === 0)
}

export function belongsTo(item: Item, owner: Owner): boolean {
  return item.account === owner.account && item.realm === owner.realm
}
