/**
 * How a client keeps its pictures right: a state machine without I/O (docs/realtime.md).
 *
 * It is told what happened (`Input`) and at what time (milliseconds), and answers what to do (`Effect`).
 * `worker.ts` owns the real socket, the real fetch and the real timer.
 */
import type { ClientFrame, Link, ProblemFields, ServerFrame, Snapshot, Status, Word } from './frames'
import { fold } from './fold'
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

/** No frame for this long: what is shown is stale. The server beats every 15 s. */
export const STALE_AFTER = 20_000
/** Ask for a beat when it has been quiet for this long. */
const PROBE_AFTER = 16_500
/** A connection silent for this long is taken for dead and closed. */
const DEAD_AFTER = 32_000
/** A dropped connection that is back within this time is not worth alarming anybody. */
const GRACE = 3_000

interface Followed {
  stream: string
  telemetry: boolean
  phase: 'fetching' | 'waiting_to_fetch' | 'held' | 'catching_up' | 'live' | 'given_up'
  epoch: string | null
  seq: number
  picture: Picture | null
  failures: number
  retryAt: number
  status: Status | null
  problem: ProblemFields | null
}

export class Follower {
  private readonly streams = new Map<string, Followed>()
  private link: Link = 'down'
  private welcomed = false
  private attempt = 0
  private reconnectAt: number | null = null
  private heardAt = 0
  private saidHeardAt = 0
  private downSince: number | null = null
  private probedAt = 0

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
        this.heardAt = now
        this.probedAt = now
        break
      case 'frame':
        this.hear(now, effects)
        this.take(input.frame, now, effects)
        break
      case 'closed':
        this.closed(input.code, now, effects)
        break
      case 'snapshot':
        this.hold(input.snapshot, effects)
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
    const followed: Followed = {
      stream,
      telemetry,
      phase: telemetry ? 'held' : 'fetching',
      epoch: null,
      seq: -1,
      picture: null,
      failures: 0,
      retryAt: 0,
      status: null,
      problem: null,
    }
    this.streams.set(stream, followed)
    if (!telemetry) effects.push({ do: 'fetch', stream })
    if (this.link === 'down' && this.reconnectAt === null) this.connect(now, effects)
    else if (telemetry && this.welcomed) this.ask(followed, effects)
  }

  private connect(now: number, effects: Effect[]): void {
    this.reconnectAt = null
    this.downSince ??= now
    this.setLink('connecting', effects)
    effects.push({ do: 'connect' })
  }

  private take(frame: ServerFrame, now: number, effects: Effect[]): void {
    switch (frame.op) {
      case 'welcome':
        this.welcomed = true
        this.attempt = 0
        this.downSince = null
        this.setLink('open', effects)
        effects.push({ do: 'say', word: { is: 'realm', realm: frame.realm, epoch: frame.epoch } })
        effects.push({ do: 'say', word: { is: 'clock', clock: frame.clock, receivedAt: now } })
        for (const followed of this.streams.values()) {
          if (followed.phase === 'given_up' || followed.phase === 'fetching' || followed.phase === 'waiting_to_fetch') continue
          this.ask(followed, effects)
        }
        break
      case 'fact':
        this.fact(frame, effects)
        break
      case 'live': {
        const followed = this.streams.get(frame.stream)
        if (!followed || followed.phase === 'given_up') break
        if (!followed.telemetry && frame.seq > followed.seq) this.ask(followed, effects)
        else if (followed.phase === 'catching_up') followed.phase = 'live'
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
        effects.push({ do: 'say', word: { is: 'clock', clock: frame.clock, receivedAt: now } })
        for (const [stream, head] of Object.entries(frame.heads)) {
          const followed = this.streams.get(stream)
          if (followed && !followed.telemetry && followed.phase === 'live' && head > followed.seq) this.ask(followed, effects)
        }
        break
      case 'reset':
        this.reset(frame, effects)
        break
      case 'refused':
        effects.push({ do: 'say', word: { is: 'refused', code: frame.code, detail: frame.detail } })
        break
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
    followed.phase = 'fetching'
    followed.epoch = null
    effects.push({ do: 'fetch', stream: followed.stream })
  }

  private hold(snapshot: Snapshot, effects: Effect[]): void {
    const followed = this.streams.get(snapshot.stream)
    if (!followed || followed.phase === 'given_up') return
    followed.epoch = snapshot.epoch
    followed.seq = snapshot.seq
    followed.picture = snapshot.picture
    followed.failures = 0
    followed.problem = null
    followed.phase = 'held'
    const { stream, picture, seq } = snapshot
    effects.push({ do: 'say', word: { is: 'snapshot', stream, picture, seq } })
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
    this.downSince ??= now
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
      const quiet = now - this.heardAt
      if (quiet >= DEAD_AFTER) effects.push({ do: 'close' })
      else if (quiet >= PROBE_AFTER && now - this.probedAt >= PROBE_AFTER) {
        this.probedAt = now
        effects.push({ do: 'send', frame: { op: 'beat' } })
      }
    }
    for (const followed of this.streams.values()) {
      if (followed.phase === 'waiting_to_fetch' && now >= followed.retryAt) {
        followed.phase = 'fetching'
        effects.push({ do: 'fetch', stream: followed.stream })
      }
    }
  }

  private hear(now: number, effects: Effect[]): void {
    this.heardAt = now
    if (now - this.saidHeardAt < 200) return
    this.saidHeardAt = now
    effects.push({ do: 'say', word: { is: 'heard', at: now } })
  }

  /** Doubling from half a second to 15 s, between half and the whole of it. */
  private pause(attempt: number): number {
    const whole = Math.min(15_000, 500 * 2 ** Math.min(attempt, 6))
    return whole * (0.5 + this.random() / 2)
  }

  private setLink(link: Link, effects: Effect[]): void {
    if (this.link === link) return
    this.link = link
    effects.push({ do: 'say', word: { is: 'link', link } })
  }

  private statusOf(followed: Followed, now: number): Status {
    if (followed.phase === 'given_up') return followed.problem?.status === 403 ? 'forbidden' : 'failed'
    if (!followed.telemetry && !followed.picture) return followed.problem || this.link === 'broken' ? 'failed' : 'loading'
    if (this.link === 'signed_out' || this.link === 'broken') return 'stale'
    if (this.downSince !== null && this.heardAt > 0 && now - this.downSince >= GRACE) return 'stale'
    if (this.heardAt > 0 && now - this.heardAt >= STALE_AFTER) return 'stale'
    if (followed.phase === 'live') return 'live'
    return followed.status === 'stale' ? 'stale' : followed.status === 'live' ? 'live' : 'loading'
  }

  private announce(now: number, effects: Effect[]): void {
    for (const followed of this.streams.values()) {
      const status = this.statusOf(followed, now)
      if (status === followed.status) continue
      followed.status = status
      effects.push({ do: 'say', word: { is: 'status', stream: followed.stream, status, problem: followed.problem } })
    }
  }
}
