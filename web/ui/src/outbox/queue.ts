/**
 * What the outbox does next, and what each answer makes of an item. Pure: the same items give the same step, so a phone that was
 * switched off between any two steps goes on where the stored items say.
 */
import { belongsTo, isPending, type HeldFile, type Item, type Owner, type Refusal, type Spool } from './item'

export type Step =
  | { readonly do: 'upload'; readonly item: Item; readonly file: HeldFile }
  | { readonly do: 'send'; readonly item: Item }
  | { readonly do: 'rest' }

export type Report =
  | { readonly what: 'file_received'; readonly hash: string; readonly received: number }
  | { readonly what: 'leaving' }
  | { readonly what: 'silence' }
  /** Kept on the centre's disk at `at`; `phoneNow` in ms, `chance` from 0 to 1. */
  | { readonly what: 'spooled'; readonly at: string; readonly phoneNow: number; readonly chance: number }
  | { readonly what: 'received'; readonly at: string }
  | { readonly what: 'refused'; readonly refusal: Refusal }
  | { readonly what: 'clock_ahead'; readonly now: string; readonly phoneNow: number }

/**
 * Items go in the order of the taps, with one exception: a note that carries files is evidence which nothing else depends on,
 * so it waits until the words are through. A call for help is never held up by a photograph on a weak signal. Only handing an order
 * in waits for the evidence that was attached to it before: it would be refused without.
 * What the centre already keeps on its disk holds nothing up either: it is asked about, with the same id, when its time has come.
 */
export function nextStep(items: readonly Item[], owner: Owner, phoneNow: number): Step {
  const mine = items.filter((item) => isPending(item) && belongsTo(item, owner)).sort((a, b) => a.order - b.order)
  const toGo = mine.filter((item) => item.state !== 'spooled')
  const item = toGo.find((candidate) => !isEvidence(candidate) && !restsOnEvidence(candidate, toGo)) ?? toGo[0]
  if (item === undefined) {
    const due = mine.find((kept) => (kept.spool?.askAt ?? 0) <= phoneNow)
    return due === undefined ? { do: 'rest' } : { do: 'send', item: due }
  }
  const file = item.files.find((held) => held.received < held.size)
  return file === undefined ? { do: 'send', item } : { do: 'upload', item, file }
}

export function isEvidence(item: Item): boolean {
  return item.kind === 'unit.note' && item.files.length > 0
}

function restsOnEvidence(item: Item, toGo: readonly Item[]): boolean {
  if (item.kind !== 'task.submit' || item.data.task_id === undefined) return false
  return toGo.some((other) => other.order < item.order && isEvidence(other) && other.data.task_id === item.data.task_id)
}

export function after(item: Item, report: Report): Item {
  switch (report.what) {
    case 'file_received':
      return {
        ...item,
        files: item.files.map((file) =>
          file.hash === report.hash ? { ...file, received: Math.min(report.received, file.size) } : file,
        ),
      }
    case 'leaving':
      if (item.state === 'received' || item.state === 'refused') return item
      return { ...item, state: item.state === 'spooled' ? 'spooled' : 'sent', attempts: item.attempts + 1 }
    case 'silence':
      return item.state === 'sent' ? { ...item, state: 'waiting' } : item
    case 'spooled':
      return item.state === 'received' || item.state === 'refused' ? item : { ...item, state: 'spooled', spool: spoolOf(item, report) }
    case 'received':
      return { ...settled(item), state: 'received', receivedAt: report.at, refusal: null }
    case 'refused':
      // A receipt that came first is the truth: the centre has the item.
      return item.state === 'received' ? item : { ...settled(item), state: 'refused', refusal: report.refusal }
    case 'clock_ahead':
      return { ...settled(item), state: 'waiting', occurredAt: corrected(item, report.now, report.phoneNow) }
  }
}

function spoolOf(item: Item, report: Extract<Report, { what: 'spooled' }>): Spool {
  const answers = (item.spool?.answers ?? 0) + 1
  return { at: item.spool?.at ?? report.at, answers, askAt: report.phoneNow + askPause(answers, report.chance) }
}

/** Without what was only true while the centre kept it on its disk. */
function settled(item: Item): Item {
  return { ...item, spool: undefined }
}

/** The same item, to be asked about at `at` (ms): the centre has said that its database is back. */
export function askedAt(item: Item, at: number): Item {
  return item.spool === undefined ? item : { ...item, spool: { ...item.spool, askAt: Math.min(item.spool.askAt, at) } }
}

/** When the next kept item is to be asked about, in ms; null when nothing is kept at the centre. */
export function nextAskAt(items: readonly Item[], owner: Owner): number | null {
  const times = items.flatMap((item) => (item.state === 'spooled' && belongsTo(item, owner) ? [item.spool?.askAt ?? 0] : []))
  return times.length === 0 ? null : Math.min(...times)
}

/** A deed of ten minutes ago by a fast clock is still a deed of ten minutes ago by the centre's. */
function corrected(item: Item, centreNow: string, phoneNow: number): string {
  const elapsed = Math.max(0, phoneNow - item.tappedAt)
  return new Date(Date.parse(centreNow) - elapsed).toISOString()
}

/** The same deed as a new command: a refusal is final for its id, and it changed nothing at the centre. */
export function asNew(item: Item, id: string, order: number): Item {
  return {
    ...settled(item),
    id,
    order,
    files: item.files.map((file) => ({ ...file, received: 0 })),
    state: 'waiting',
    attempts: 0,
    receivedAt: null,
    refusal: null,
  }
}

export interface Backlog {
  /** Pending in all, those that the centre keeps on its disk included. */
  readonly count: number
  /** Of these, kept on the centre's disk and not yet in its record. */
  readonly spooled: number
  /** The phone's clock in ms at the oldest pending tap, null when nothing is pending. */
  readonly oldest: number | null
  readonly refused: number
  /** Pending items of another account or realm on this phone. */
  readonly strangers: number
}

export function backlogOf(items: readonly Item[], owner: Owner): Backlog {
  let count = 0
  let spooled = 0
  let oldest: number | null = null
  let refused = 0
  let strangers = 0
  for (const item of items) {
    const mine = belongsTo(item, owner)
    if (!mine) strangers += isPending(item) ? 1 : 0
    else if (item.state === 'refused') refused += 1
    else if (isPending(item)) {
      count += 1
      if (item.state === 'spooled') spooled += 1
      oldest = oldest === null ? item.tappedAt : Math.min(oldest, item.tappedAt)
    }
  }
  return { count, spooled, oldest, refused, strangers }
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/** Pause before the next try after `failures` tries in a row without an answer; spread by `chance` (0–1) so that phones do not march in step. */
export function pauseAfter(failures: number, chance: number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1))
  return Math.round(full * (0.5 + chance / 2))
}

const FIRST_ASK_MS = 2_000
const LONGEST_ASK_MS = 60_000

/** Pause before asking again about an item that the centre keeps, after so many answers that it still does. */
export function askPause(answers: number, chance: number): number {
  const full = Math.min(LONGEST_ASK_MS, FIRST_ASK_MS * 2 ** Math.max(0, answers - 1))
  return Math.round(full * (0.5 + chance / 2))
}

const KEPT_RECEIVED = 30

/** Received items beyond the newest thirty are no longer needed on the phone: the record has them. */
export function outlived(items: readonly Item[]): readonly Item[] {
  return items
    .filter((item) => item.state === 'received')
    .sort((a, b) => b.order - a.order)
    .slice(KEPT_RECEIVED)
}

/** Hashes of the files that are still needed on the phone. */
export function neededFiles(items: readonly Item[]): ReadonlySet<string> {
  return new Set(items.filter((item) => item.state !== 'received').flatMap((item) => item.files.map((file) => file.hash)))
}
