import { describe, expect, it } from 'vitest'
import { reconnectPause } from '@/wire/pause'
import { STALE_AFTER } from '@/wire/record_watch'
import type { ServerFrame } from '@/wire/frames'
import { Bench, clock, fact, snapshot, welcome } from './follower_bench'

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
    expect(bench.words('status')).toMatchObject([{ is: 'status', stream: 'board', status: 'live', problem: null }])
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

  it('fetches anew after a reset, and shows what it had as stale, never as empty, until the new picture is live', () => {
    const bench = new Bench().live()
    bench.hear({ op: 'reset', stream: 'board', reason: 'epoch' })
    expect(bench.last).toContainEqual({ do: 'fetch', stream: 'board' })
    expect(bench.words('status')).toMatchObject([{ status: 'stale', asOf: bench.now }])
    expect(bench.follower.picture('board')).toEqual({ calls: { a: { id: 'a' } } })
    bench.tell({ is: 'snapshot_failed', stream: 'board', problem: { status: 503, code: 'database_away', title: '', detail: '' } }, 100)
    bench.hear({ op: 'beat', heads: {}, clock }, 100)
    expect(bench.follower.picture('board')).toEqual({ calls: { a: { id: 'a' } } })
    expect(bench.words('status')).toEqual([])
    bench.tell({ is: 'tick' }, 1000)
    expect(bench.last).toContainEqual({ do: 'fetch', stream: 'board' })
    bench.tell({ is: 'snapshot', snapshot: { ...snapshot(3), epoch: 'e2' } })
    expect(bench.sent()).toEqual([{ op: 'follow', stream: 'board', epoch: 'e2', since: 3 }])
    bench.hear({ op: 'live', stream: 'board', seq: 3 })
    expect(bench.words('status')).toMatchObject([{ status: 'live' }])
  })

  it('ignores words it does not know', () => {
    const bench = new Bench().live()
    expect(bench.hear({ op: 'of a later version', stream: 'board' } as unknown as ServerFrame)).toEqual([])
    bench.hear(fact(11))
    expect(bench.follower.position('board')).toBe(11)
  })

  it('gives up where it is forbidden', () => {
    const bench = new Bench().live()
    bench.hear({ op: 'reset', stream: 'board', reason: 'forbidden' })
    expect(bench.words('status')).toMatchObject([{ status: 'forbidden' }])
    bench.tell({ is: 'closed', code: 1006 })
    bench.tell({ is: 'tick' }, 5000)
    bench.hear(welcome)
    expect(bench.sent()).toEqual([{ op: 'beat' }])
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

  it('spreads thousands that were dropped together over half of every pause', () => {
    for (let attempt = 0; attempt < 8; attempt++) {
      const whole = Math.min(15_000, 1000 * 2 ** attempt)
      const waits = Array.from({ length: 200 }, () => reconnectPause(Math.random, attempt))
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(whole / 2)
      expect(Math.max(...waits)).toBeLessThan(whole)
      // Every tenth of the second half of the pause has somebody in it: nobody marches in step.
      const tenths = new Set(waits.map((wait) => Math.floor((wait - whole / 2) / (whole / 20))))
      expect(tenths.size).toBe(10)
    }
  })

  it('does not hurry back to a server that welcomes it and cannot serve', () => {
    const bench = new Bench().live()
    const waits: number[] = []
    for (let n = 0; n < 4; n++) {
      waits.push(bench.drop())
      bench.hear(welcome)
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(waits.at(-1)).toBeGreaterThan(4000)
    bench.hear({ op: 'live', stream: 'board', seq: 10 })
    expect(bench.drop()).toBeLessThanOrEqual(1000)
  })

  it('waits longer each time, up to a limit', () => {
    const bench = new Bench().live()
    const waits: number[] = []
    for (let n = 0; n < 9; n++) {
      waits.push(bench.drop())
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
