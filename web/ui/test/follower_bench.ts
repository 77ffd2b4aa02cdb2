/** A follower on a bench: told what happened, with a hand-moved clock. */
import { Follower } from '@/wire/follower'
import type { Effect, Input } from '@/wire/follower'
import type { ServerFrame, Snapshot, Word } from '@/wire/frames'

export const clock = { at: '2026-03-01T18:00:00.000000Z', wall_at: '2026-03-01T18:00:00.000000Z', speed: 1, paused: false }
export const welcome: ServerFrame = {
  op: 'welcome',
  epoch: 'e1',
  realm: { name: 'live', kind: 'live', title_zh: '实战', title_en: 'Live' },
  clock,
  protocol: 1,
}
export const snapshot = (seq: number, picture: Record<string, Record<string, unknown>> = {}): Snapshot =>
  ({ stream: 'board', epoch: 'e1', seq, at: clock.at, picture }) as unknown as Snapshot
export const fact = (seq: number, now: Record<string, Record<string, unknown>> = {}): ServerFrame => ({
  op: 'fact',
  stream: 'board',
  seq,
  kind: 'call.registered',
  occurred_at: clock.at,
  at: clock.at,
  by: { id: 'account:1', name: '李敏' },
  data: {},
  now,
})

/** A follower with a hand-moved clock and all it did. */
export class Bench {
  readonly follower = new Follower(() => 0.5)
  now = 1_000_000
  last: Effect[] = []

  tell(input: Input, later = 0): Effect[] {
    this.now += later
    this.last = this.follower.step(input, this.now)
    return this.last
  }

  hear(frame: ServerFrame, later = 0): Effect[] {
    return this.tell({ is: 'frame', frame }, later)
  }

  /** Up and live on `board` at position 10. */
  live(): this {
    this.tell({ is: 'follow', stream: 'board', telemetry: false })
    this.tell({ is: 'opened' })
    this.hear(welcome)
    this.tell({ is: 'snapshot', snapshot: snapshot(10, { calls: { a: { id: 'a' } } }) })
    this.hear({ op: 'live', stream: 'board', seq: 10 })
    return this
  }

  /** Cut the line and wait until it is dialled again. Returns the pause, to a quarter of a second. */
  drop(): number {
    this.tell({ is: 'closed', code: 1006 })
    let waited = 0
    while (!this.last.some((effect) => effect.do === 'connect')) {
      this.tell({ is: 'tick' }, 250)
      waited += 250
    }
    return waited
  }

  sent(): unknown[] {
    return this.last.filter((effect) => effect.do === 'send').map((effect) => effect.frame)
  }

  words(kind: Word['is']): Word[] {
    return this.last.filter((effect) => effect.do === 'say').map((effect) => effect.word).filter((word) => word.is === kind)
  }
}
