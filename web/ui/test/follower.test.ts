import { describe, expect, it } from 'vitest'
import { Follower, STALE_AFTER } from '@/wire/follower'
import type { Effect, Input } from '@/wire/follower'
import type { ServerFrame, Snapshot, Word } from '@/wire/frames'

const clock = { at: '2026-03-01T18:00:00.000000Z', wall_at: '2026-03-01T18:00:00.000000Z', speed: 1, paused: false }
const welcome: ServerFrame = {
  op: 'welcome',
  epoch: 'e1',
  realm: { name: 'live', kind: 'live', title_zh: '实战', title_en: 'Live' },
  clock,
  protocol: 1,
}
const snapshot = (seq: number, picture: Record<string, Record<string, unknown>> = {}): Snapshot =>
  ({ stream: 'board', epoch: 'e1', seq, at: clock.at, picture }) as unknown as Snapshot
const fact = (seq: number, now: Record<string, Record<string, unknown>> = {}): ServerFrame => ({
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
class Bench {
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

  sent(): unknown[] {
    return this.last.filter((effect) => effect.do === 'send').map((effect) => effect.frame)
  }

  words(kind: Word['is']): Word[] {
    return this.last.filter((effect) => effect.do === 'say').map((effect) => effect.word).filter((word) => word.is === kind)
  }
}

describe('following a stream', () => {
  it('fetches the picture and connects at the same time, then follows from the picture’s position', () => {
    const bench = new Bench()
    expect(bench.tell({ is: 'follow', stream: 'board', telemetry: false })).toEqual(
      expect.arrayContaining([{ do: 'fetch', stream: 'board' }, { do: 'connect' }]),
    )
    bench.tell({ is: 'opened' })
    bench.hear(welcome)
    expect(bench.sent()).toEqual([])
    bench.tell({ is: 'snapshot', snapshot: snapshot(10) })
    expect(bench.sent()).toEqual([{ op: 'follow', stream: 'board', epoch: 'e1', since: 10 }])
    bench.hear({ op: 'live', stream: 'board', seq: 10 })
    expect(bench.words('status')).toEqual([{ is: 'status', stream: 'board', status: 'live', problem: null }])
  })

  it('folds contiguous facts and passes on their after-image', () => {
    const bench = new Bench().live()
    bench.hear(fact(11, { calls: { a: null, b: { id: 'b' } } }))
    expect(bench.follower.picture('board')).toEqual({ calls: { b: { id: 'b' } } })
    expect(bench.words('patch')).toMatchObject([{ seq: 11, now: { calls: { a: null } }, facts: [{ kind: 'call.registered', seq: 11 }] }])
  })

  it('skips what it already holds', () => {
    const bench = new Bench().live()
    expect(bench.hear(fact(10))).toEqual([])
    bench.hear(fact(9))
    expect(bench.follower.position('board')).toBe(10)
  })

  it('asks again from its position when a fact is missing, once, and never folds over the gap', () => {
    const bench = new Bench().live()
    bench.hear(fact(13, { calls: { c: {} } }))
    expect(bench.sent()).toEqual([{ op: 'follow', stream: 'board', epoch: 'e1', since: 10 }])
    bench.hear(fact(14))
    expect(bench.sent()).toEqual([])
    expect(bench.follower.position('board')).toBe(10)
    for (const seq of [11, 12, 13, 14]) bench.hear(fact(seq))
    expect(bench.follower.position('board')).toBe(14)
  })

  it('learns of a lost last frame from the heads in a beat', () => {
    const bench = new Bench().live()
    bench.hear({ op: 'beat', heads: { board: 10 }, clock })
    expect(bench.sent()).toEqual([])
    bench.hear({ op: 'beat', heads: { board: 12 }, clock })
    expect(bench.sent()).toEqual([{ op: 'follow', stream: 'board', epoch: 'e1', since: 10 }])
  })

  it('fetches anew after a reset and keeps showing what it had', () => {
    const bench = new Bench().live()
    bench.hear({ op: 'reset', stream: 'board', reason: 'epoch' })
    expect(bench.last).toContainEqual({ do: 'fetch', stream: 'board' })
    expect(bench.follower.picture('board')).not.toBeNull()
    bench.tell({ is: 'snapshot', snapshot: { ...snapshot(3), epoch: 'e2' } })
    expect(bench.sent()).toEqual([{ op: 'follow', stream: 'board', epoch: 'e2', since: 3 }])
  })

  it('gives up where it is forbidden', () => {
    const bench = new Bench().live()
    bench.hear({ op: 'reset', stream: 'board', reason: 'forbidden' })
    expect(bench.words('status')).toMatchObject([{ status: 'forbidden' }])
    bench.tell({ is: 'closed', code: 1006 })
    bench.tell({ is: 'tick' }, 5000)
    bench.hear(welcome)
    expect(bench.sent()).toEqual([])
  })
})

describe('losing and finding the line', () => {
  it('comes back by itself with a pause, and resumes from its position', () => {
    const bench = new Bench().live()
    bench.hear(fact(11))
    bench.tell({ is: 'closed', code: 4408 })
    expect(bench.words('status')).toEqual([])
    expect(bench.tell({ is: 'tick' }, 100)).toEqual([])
    expect(bench.tell({ is: 'tick' }, 1000)).toContainEqual({ do: 'connect' })
    bench.tell({ is: 'opened' })
    bench.hear(welcome)
    expect(bench.sent()).toEqual([{ op: 'follow', stream: 'board', epoch: 'e1', since: 11 }])
  })

  it('waits longer each time, up to a limit', () => {
    const bench = new Bench().live()
    const waits: number[] = []
    for (let n = 0; n < 9; n++) {
      bench.tell({ is: 'closed', code: 1006 })
      let waited = 0
      while (!bench.last.some((effect) => effect.do === 'connect')) {
        bench.tell({ is: 'tick' }, 250)
        waited += 250
      }
      waits.push(waited)
    }
    expect(waits[0]).toBeLessThanOrEqual(750)
    expect(waits.slice(1).every((wait, n) => wait >= (waits[n] ?? 0))).toBe(true)
    expect(waits.at(-1)).toBeLessThanOrEqual(15_000)
  })

  it('says stale three seconds after the line dropped, and live again when it has caught up', () => {
    const bench = new Bench().live()
    bench.tell({ is: 'closed', code: 1006 })
    bench.tell({ is: 'tick' }, 3000)
    expect(bench.words('status')).toMatchObject([{ status: 'stale' }])
    bench.tell({ is: 'opened' })
    bench.hear(welcome)
    expect(bench.words('status')).toEqual([])
    bench.hear({ op: 'live', stream: 'board', seq: 10 })
    expect(bench.words('status')).toMatchObject([{ status: 'live' }])
  })

  it('says stale when nothing is heard on an open line, asks for a beat first and hangs up at last', () => {
    const bench = new Bench().live()
    bench.tell({ is: 'tick' }, 17_000)
    expect(bench.sent()).toEqual([{ op: 'beat' }])
    bench.tell({ is: 'tick' }, STALE_AFTER - 17_000)
    expect(bench.words('status')).toMatchObject([{ status: 'stale' }])
    bench.tell({ is: 'tick' }, 13_000)
    expect(bench.last).toContainEqual({ do: 'close' })
  })

  it('does not come back after being signed out, or after a protocol error', () => {
    for (const [code, link] of [[4401, 'signed_out'], [4400, 'broken']] as const) {
      const bench = new Bench().live()
      bench.tell({ is: 'closed', code })
      expect(bench.words('link')).toEqual([{ is: 'link', link }])
      bench.tell({ is: 'tick' }, 60_000)
      expect(bench.last.some((effect) => effect.do === 'connect')).toBe(false)
    }
  })

  it('shows a failed fetch as failed and tries again', () => {
    const bench = new Bench()
    bench.tell({ is: 'follow', stream: 'board', telemetry: false })
    bench.tell({ is: 'snapshot_failed', stream: 'board', problem: { status: 500, code: 'internal', title: '', detail: '' } })
    expect(bench.words('status')).toMatchObject([{ status: 'failed' }])
    bench.tell({ is: 'tick' }, 1000)
    expect(bench.last).toContainEqual({ do: 'fetch', stream: 'board' })
  })
})

describe('telemetry', () => {
  it('is followed without a position and passed on as it comes', () => {
    const bench = new Bench().live()
    bench.tell({ is: 'follow', stream: 'where:units', telemetry: true })
    expect(bench.sent()).toEqual([{ op: 'follow', stream: 'where:units' }])
    bench.hear({ op: 'where', stream: 'where:units', items: { u1: { lon: 99, lat: 23 } } })
    expect(bench.words('where')).toHaveLength(1)
    bench.tell({ is: 'closed', code: 1006 })
    bench.tell({ is: 'tick' }, 1000)
    bench.hear(welcome)
    expect(bench.sent()).toContainEqual({ op: 'follow', stream: 'where:units' })
  })
})
