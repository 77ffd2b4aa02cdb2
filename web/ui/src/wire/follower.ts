/**
 * How a client keeps its pictures right: a state machine without I/O (docs/realtime.md).
 *
 * It is told what happened (`Input`) and at what time (milliseconds), and answers what to do (`Effect`).
 * `worker.ts` owns the real socket, the real fetch and the real timer.
 */
import type { ClientFrame, Link, ProblemFields, ServerFrame, Snapshot, Word } from './frames'
import { fold } from './fold'
import { newlyFollowed, statusOf } from './followed'
import type { Followed } from './followed'
import { reconnectPause } from './pause'
import { RecordWatch } from './record_watch'
import type { FactLine, Picture } from './objects'

export type Input =
  | { is: 'follow'; stream: string; telemetry: boolean }
  | { is: 'unfollow'; stream: string }
  | { is: 'present'; incident: string; view: Record<string, unknown> }
  | { is: 'opened' }
  | { is: 'frame'; frame: ServerFrame }
  | { is: 'closed'; code: number }
  | { is: 'snapshot'; snapshot: Snapshot }
  | { is: 'snapshot_failed'; stream: string; problem: ProblemFields }
  | { is: 'tick' }

export type Effect =
  | { do: 'connect' }
  | { do: 'close' }
  | { do: 'send'; frame: ClientFrame }
  | { do: 'fetch'; stream: string }
  | { do: 'say'; word: Word }

/** Snapshots that had to wait for the database are asked for within this time after it is back, not all at once. */
const REFETCH_WITHIN = 2_000

export class Follower {
  private readonly streams = new Map<string, Followed>()
  private link: Link = 'down'
  private welcomed = false
  private attempt = 0
  private reconnectAt: number | null = null
  private saidHeardAt = 0
  private readonly watch = new RecordWatch()

  /** `random` gives numbers in [0, 1): jitter, so that a thousand screens do not come back in the same second. */
  constructor(private readonly random: () => number) {}

  step(input: Input, now: number): Effect[] {
    const effects: Effect[] = []
    switch (input.is) {
      case 'follow':
        this.follow(input.stream, input.telemetry, now, effects)
        break
      case 'unfollow':
        if (this.streams.delete(input.stream) && this.welcomed) {
          effects.push({ do: 'send', frame: { op: 'unfollow', stream: input.stream } })
        }
        break
      case 'present':
        if (this.welcomed) {
          effects.push({ do: 'send', frame: { op: 'present', incident: input.incident, view: input.view } })
        }
        break
      case 'opened':
        this.watch.opened(now)
        break
      case 'frame':
        this.watch.heard(now)
        this.take(input.frame, now, effects)
        break
      case 'closed':
        this.closed(input.code, now, effects)
        break
      case 'snapshot':
        this.hold(input.snapshot, now, effects)
        break
      case 'snapshot_failed':
        this.failed(input.stream, input.problem, now, effects)
        break
      case 'tick':
        this.tick(now, effects)
        break
    }
    this.announce(now, effects)
    return effects
  }

  picture(stream: string): Picture | null {
    return this.streams.get(stream)?.picture ?? null
  }

  position(stream: string): number {
    return this.streams.get(stream)?.seq ?? -1
  }

  private follow(stream: string, telemetry: boolean, now: number, effects: Effect[]): void {
    if (this.streams.has(stream)) return
    const followed = newlyFollowed(stream, telemetry)
    this.streams.set(stream, followed)
    if (!telemetry) effects.push({ do: 'fetch', stream })
    if (this.link === 'down' && this.reconnectAt === null) this.connect(now, effects)
    else if (telemetry && this.welcomed) this.ask(followed, effects)
  }

  private connect(now: number, effects: Effect[]): void {
    this.reconnectAt = null
    this.watch.down(now)
    this.setLink('connecting', effects)
    effects.push({ do: 'connect' })
  }

  private take(frame: ServerFrame, now: number, effects: Effect[]): void {
    switch (frame.op) {
      case 'welcome':
        this.welcomed = true
        this.watch.welcomed(now)
        this.watch.reckon(frame.clock.wall_at, now)
        this.setLink('open', effects)
        effects.push({ do: 'say', word: { is: 'realm', realm: frame.realm, epoch: frame.epoch } })
        effects.push({ do: 'say', word: { is: 'clock', clock: frame.clock, receivedAt: now } })
        for (const followed of this.streams.values()) {
          if (followed.phase === 'given_up' || followed.phase === 'fetching' || followed.phase === 'waiting_to_fetch') continue
          this.ask(followed, effects)
        }
        // With no stream to go live, only a beat can prove that the record is readable again.
        if (![...this.streams.values()].some((followed) => !followed.telemetry && followed.phase !== 'given_up')) effects.push({ do: 'send', frame: { op: 'beat' } })
        break
      case 'fact':
        this.known(now, effects)
        this.fact(frame, effects)
        break
      case 'live': {
        const followed = this.streams.get(frame.stream)
        if (!followed || followed.phase === 'given_up') break
        if (!followed.telemetry) this.known(now, effects)
        if (!followed.telemetry && frame.seq > followed.seq) this.ask(followed, effects)
        else if (followed.phase === 'catching_up') this.goLive(followed, now)
        break
      }
      case 'where': {
        const followed = this.streams.get(frame.stream)
        if (!followed) break
        followed.phase = 'live'
        effects.push({ do: 'say', word: { is: 'where', stream: frame.stream, items: frame.items } })
        break
      }
      case 'beat':
        this.watch.reckon(frame.clock.wall_at, now)
        effects.push({ do: 'say', word: { is: 'clock', clock: frame.clock, receivedAt: now } })
        this.comeBack(now, effects)
        this.known(now, effects)
        for (const [stream, head] of Object.entries(frame.heads)) {
          const followed = this.streams.get(stream)
          if (followed && !followed.telemetry && followed.phase === 'live' && head > followed.seq) this.ask(followed, effects)
        }
        break
      case 'stale':
        this.goAway(frame.since, now)
        break
      case 'reset':
        this.reset(frame, effects)
        break
      case 'refused':
        effects.push({ do: 'say', word: { is: 'refused', code: frame.code, detail: frame.detail } })
        break
      default:
        // A word of a later version of the protocol: not for us.
        break
    }
  }

  /** The record is readable at this moment: what is live is complete. */
  private known(now: number, effects: Effect[]): void {
    if (!this.watch.known(now)) return
    this.attempt = 0
    for (const followed of this.streams.values()) if (followed.phase === 'live') followed.asOf = now
    if (now - this.saidHeardAt < 200) return
    this.saidHeardAt = now
    effects.push({ do: 'say', word: { is: 'heard', at: now } })
  }

  private goLive(followed: Followed, now: number): void {
    followed.phase = 'live'
    followed.old = false
    if (!this.watch.away) followed.asOf = now
  }

  /** The server cannot read the record. Facts and `live` out of its memory may still come; only its next beat ends this. */
  private goAway(since: string, now: number): void {
    const at = this.watch.goAway(since, now)
    for (const followed of this.streams.values()) {
      if (followed.phase === 'live' && followed.status === 'live') followed.asOf = Math.max(followed.asOf, at)
    }
  }

  /** What was asked for while the record was away may never have been answered: ask again, snapshots not all at once. */
  private comeBack(now: number, effects: Effect[]): void {
    if (!this.watch.comeBack()) return
    for (const followed of this.streams.values()) {
      if (followed.phase === 'catching_up') this.ask(followed, effects)
      else if (followed.phase === 'waiting_to_fetch') followed.retryAt = now + this.random() * REFETCH_WITHIN
    }
  }

  /** Contiguous or nothing: a repeat is skipped, a gap is asked for again from the position held. */
  private fact(frame: Extract<ServerFrame, { op: 'fact' }>, effects: Effect[]): void {
    const followed = this.streams.get(frame.stream)
    if (!followed?.picture || followed.phase === 'fetching' || followed.phase === 'waiting_to_fetch') return
    if (frame.seq <= followed.seq) return
    if (frame.seq !== followed.seq + 1) {
      if (followed.phase === 'live') this.ask(followed, effects)
      return
    }
    followed.seq = frame.seq
    fold(followed.picture, frame.now)
    const { stream, seq, kind, v, occurred_at, at, by, command, data, now } = frame
    const line: FactLine = { stream, seq, kind, v, occurred_at, at, by, command, data }
    effects.push({ do: 'say', word: { is: 'patch', stream, now, facts: [line], seq } })
  }

  private reset(frame: Extract<ServerFrame, { op: 'reset' }>, effects: Effect[]): void {
    const followed = this.streams.get(frame.stream)
    if (!followed) return
    if (frame.reason === 'forbidden' || frame.reason === 'unknown') {
      followed.phase = 'given_up'
      followed.problem = { status: frame.reason === 'forbidden' ? 403 : 404, code: frame.reason, title: '', detail: '' }
      return
    }
    if (followed.telemetry) {
      this.ask(followed, effects)
      return
    }
    // What is shown stays, as stale, until the new picture is there: the record has not become empty.
    followed.phase = 'fetching'
    followed.epoch = null
    followed.old = true
    effects.push({ do: 'fetch', stream: followed.stream })
  }

  private hold(snapshot: Snapshot, now: number, effects: Effect[]): void {
    const followed = this.streams.get(snapshot.stream)
    if (!followed || followed.phase === 'given_up') return
    followed.epoch = snapshot.epoch
    followed.seq = snapshot.seq
    followed.picture = snapshot.picture
    followed.failures = 0
    followed.problem = null
    followed.phase = 'held'
    followed.old = snapshot.stale !== undefined
    followed.asOf = snapshot.stale === undefined ? now : this.watch.here(snapshot.stale.since, now)
    const { stream, picture, seq } = snapshot
    effects.push({ do: 'say', word: { is: 'snapshot', stream, picture, seq, asOf: followed.asOf } })
    if (this.welcomed) this.ask(followed, effects)
  }

  private failed(stream: string, problem: ProblemFields, now: number, effects: Effect[]): void {
    const followed = this.streams.get(stream)
    if (!followed) return
    followed.problem = problem
    if (problem.status === 401) {
      this.setLink('signed_out', effects)
      return
    }
    if (problem.status === 403 || problem.status === 404) {
      followed.phase = 'given_up'
      return
    }
    followed.phase = 'waiting_to_fetch'
    followed.retryAt = now + this.pause(followed.failures++)
  }

  private ask(followed: Followed, effects: Effect[]): void {
    if (followed.phase !== 'given_up') followed.phase = followed.telemetry ? 'live' : 'catching_up'
    const frame: ClientFrame = { op: 'follow', stream: followed.stream }
    if (!followed.telemetry && followed.epoch !== null) {
      frame.epoch = followed.epoch
      frame.since = followed.seq
    }
    effects.push({ do: 'send', frame })
  }

  private closed(code: number, now: number, effects: Effect[]): void {
    this.welcomed = false
    this.watch.down(now)
    for (const followed of this.streams.values()) {
      if (followed.phase === 'live' || followed.phase === 'catching_up') followed.phase = 'held'
    }
    if (code === 4401) {
      this.setLink('signed_out', effects)
      return
    }
    if (code === 4400) {
      this.setLink('broken', effects)
      return
    }
    this.setLink('down', effects)
    this.reconnectAt = now + this.pause(this.attempt++)
  }

  private tick(now: number, effects: Effect[]): void {
    if (this.reconnectAt !== null && now >= this.reconnectAt) this.connect(now, effects)
    if (this.link === 'open') {
      const wants = this.watch.wants(now)
      if (wants === 'close') effects.push({ do: 'close' })
      else if (wants === 'beat') effects.push({ do: 'send', frame: { op: 'beat' } })
    }
    for (const followed of this.streams.values()) {
      if (followed.phase === 'waiting_to_fetch' && now >= followed.retryAt) {
        followed.phase = 'fetching'
        effects.push({ do: 'fetch', stream: followed.stream })
      }
    }
  }

  private pause(attempt: number): number {
    return reconnectPause(this.random, attempt)
  }

  private setLink(link: Link, effects: Effect[]): void {
    if (this.link === link) return
    this.link = link
    effects.push({ do: 'say', word: { is: 'link', link } })
  }

  private announce(now: number, effects: Effect[]): void {
    const { standing, changed } = this.watch.look(this.link, now)
    for (const followed of this.streams.values()) {
      const status = statusOf(followed, standing, this.watch.isProved, this.link === 'broken')
      if (status === followed.status) continue
      followed.status = status
      effects.push({ do: 'say', word: { is: 'status', stream: followed.stream, status, problem: followed.problem, asOf: followed.asOf } })
    }
    if (changed) effects.push({ do: 'say', word: { is: 'standing', standing, asOf: this.watch.asOf } })
  }
}
