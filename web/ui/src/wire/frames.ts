/** Frames of docs/realtime.md, and the messages between the page and its worker. */
import type { After, ClockReading, Fact, FactLine, Picture, RealmTitle } from './objects'

export type ClientFrame =
  | { op: 'follow'; stream: string; epoch?: string; since?: number }
  | { op: 'unfollow'; stream: string }
  | { op: 'beat' }
  | { op: 'present'; incident: string; view: Record<string, unknown> }

export type ResetReason = 'epoch' | 'too_old' | 'ahead' | 'forbidden' | 'unknown'

export type ServerFrame =
  | { op: 'welcome'; epoch: string; realm: RealmTitle; clock: ClockReading; protocol: number }
  | ({ op: 'fact' } & Fact)
  | { op: 'live'; stream: string; seq: number }
  | { op: 'where'; stream: string; items: Record<string, unknown> }
  | { op: 'beat'; heads: Record<string, number>; clock: ClockReading }
  | { op: 'stale'; since: string; reason: string }
  | { op: 'reset'; stream: string; reason: ResetReason }
  | { op: 'refused'; code: string; detail: string }

export interface ProblemFields {
  status: number
  code: string
  title: string
  detail: string
  field?: string | null
  [key: string]: unknown
}

/** What `GET /api/picture/{stream}` answers. */
export interface Snapshot {
  stream: string
  epoch: string
  seq: number
  at: string
  picture: Picture
  /** Answered from the server's memory: its database has been out of reach since then, and what came later is not in it. */
  stale?: { since: string }
}

export type Status = 'loading' | 'live' | 'stale' | 'failed' | 'forbidden'
export type Link = 'connecting' | 'open' | 'down' | 'signed_out' | 'broken'

/**
 * How this screen stands to the record as a whole: connecting (nothing heard yet) · live ·
 * no_line: the centre's server is not heard · no_record: it is heard, but cannot read its database
 */
export type Standing = 'connecting' | 'live' | 'no_line' | 'no_record'

/** page → worker */
export type Order =
  | { do: 'start'; socket: string; locale: string }
  | { do: 'stop' }
  | { do: 'locale'; locale: string }
  | { do: 'follow'; stream: string; telemetry: boolean }
  | { do: 'unfollow'; stream: string }
  | { do: 'present'; incident: string; view: Record<string, unknown> }

/** worker → page */
export type Word =
  | { is: 'snapshot'; stream: string; picture: Picture; seq: number; asOf: number }
  | { is: 'patch'; stream: string; now: After; facts: FactLine[]; seq: number }
  | { is: 'where'; stream: string; items: Record<string, unknown> }
  | { is: 'status'; stream: string; status: Status; problem: ProblemFields | null; asOf: number }
  | { is: 'standing'; standing: Standing; asOf: number }
  | { is: 'heard'; at: number }
  | { is: 'clock'; clock: ClockReading; receivedAt: number }
  | { is: 'realm'; realm: RealmTitle; epoch: string }
  | { is: 'link'; link: Link }
  | { is: 'refused'; code: string; detail: string }
