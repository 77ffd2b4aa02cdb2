import { describe, expect, it } from 'vitest'
import type { ServerFrame } from '@/wire/frames'
import { STALE_AFTER } from '@/wire/record_watch'
import { Bench, clock, fact, snapshot, welcome } from './follower_bench'

const AWAY: ServerFrame = { op: 'stale', since: '2026-03-01T17:59:50.000000Z', reason: 'database' }

describe('when the server cannot read its database', () => {
  it('is stale at once, as of the time the server names on this device’s clock, and live with the next beat', () => {
    const bench = new Bench().live()
    bench.hear(AWAY, 100)
    // The welcome said that the server's 18:00:00 was 1 000 000 here.
    expect(bench.words('status')).toMatchObject([{ stream: 'board', status: 'stale', asOf: 1_000_000 }])
    expect(bench.words('standing')).toEqual([{ is: 'standing', standing: 'no_record', asOf: 1_000_000 }])
    bench.hear({ ...AWAY, since: '2026-03-01T18:00:05.000000Z' } as ServerFrame, 9_900)
    expect(bench.words('status')).toEqual([])
    bench.hear({ op: 'beat', heads: { board: 10 }, clock: { ...clock, wall_at: '2026-03-01T18:00:10.000000Z' } })
    expect(bench.words('status')).toMatchObject([{ status: 'live' }])
    expect(bench.words('standing')).toMatchObject([{ standing: 'live', asOf: bench.now }])
  })

  it('names the moment, not the arrival of the news', () => {
    const bench = new Bench().live()
    bench.hear({ ...AWAY, since: '2026-03-01T18:00:02.000000Z' } as ServerFrame, 5000)
    expect(bench.words('status')).toMatchObject([{ status: 'stale', asOf: 1_002_000 }])
  })

  it('every followed stream is stale, and what comes out of the server’s memory does not end it', () => {
    const bench = new Bench().live()
    bench.tell({ is: 'follow', stream: 'incident:1', telemetry: false })
    bench.tell({ is: 'snapshot', snapshot: { ...snapshot(4), stream: 'incident:1' } })
    bench.hear({ op: 'live', stream: 'incident:1', seq: 4 })
    bench.hear(AWAY)
    expect(bench.words('status')).toMatchObject([{ stream: 'board', status: 'stale' }, { stream: 'incident:1', status: 'stale' }])
    bench.hear(fact(11))
    expect(bench.follower.position('board')).toBe(11)
    bench.hear({ op: 'live', stream: 'incident:1', seq: 4 })
    expect(bench.words('status')).toEqual([])
    expect(bench.words('heard')).toEqual([])
    bench.hear({ op: 'beat', heads: {}, clock })
    expect(bench.words('status')).toHaveLength(2)
  })

  it('holds a picture out of the server’s memory and shows it stale with its age until the stream is live', () => {
    const bench = new Bench()
    bench.tell({ is: 'follow', stream: 'board', telemetry: false })
    bench.tell({ is: 'opened' })
    bench.hear(welcome)
    bench.tell({ is: 'snapshot', snapshot: { ...snapshot(10), stale: { since: '2026-03-01T17:59:00.000000Z' } } })
    expect(bench.words('snapshot')).toMatchObject([{ seq: 10, asOf: 940_000 }])
    expect(bench.words('status')).toMatchObject([{ status: 'stale', asOf: 940_000 }])
    bench.hear({ op: 'beat', heads: {}, clock })
    expect(bench.words('status')).toEqual([])
    bench.hear({ op: 'live', stream: 'board', seq: 10 })
    expect(bench.words('status')).toMatchObject([{ status: 'live' }])
  })

  it('shows a picture that cannot be had as failed, with the reason, and asks again soon after the next beat', () => {
    const bench = new Bench()
    bench.tell({ is: 'follow', stream: 'board', telemetry: false })
    bench.hear(welcome)
    bench.hear(AWAY)
    const problem = { status: 503, code: 'database_away', title: '', detail: '数据库暂不可用。' }
    for (let n = 0; n < 6; n++) {
      bench.tell({ is: 'snapshot_failed', stream: 'board', problem })
      bench.tell({ is: 'tick' }, 15_000)
    }
    bench.tell({ is: 'snapshot_failed', stream: 'board', problem })
    bench.hear({ op: 'beat', heads: {}, clock })
    bench.tell({ is: 'tick' }, 2000)
    expect(bench.last).toContainEqual({ do: 'fetch', stream: 'board' })
  })

  it('asks again for what it had asked for in vain', () => {
    const bench = new Bench().live()
    bench.drop()
    bench.hear(welcome)
    bench.hear(AWAY)
    bench.hear({ op: 'beat', heads: {}, clock }, 1000)
    expect(bench.sent()).toEqual([{ op: 'follow', stream: 'board', epoch: 'e1', since: 10 }])
  })

  it('does not hang up on a server that beats no longer and says why, for a while', () => {
    const bench = new Bench().live()
    bench.hear(AWAY)
    bench.tell({ is: 'tick' }, 40_000)
    expect(bench.last).not.toContainEqual({ do: 'close' })
    bench.tell({ is: 'tick' }, 60_000)
    expect(bench.last).toContainEqual({ do: 'close' })
  })

  it('is stale when no beat comes for so long, even while positions keep coming', () => {
    const bench = new Bench().live()
    bench.tell({ is: 'follow', stream: 'where:units', telemetry: true })
    for (let n = 0; n < STALE_AFTER / 1000; n++) bench.hear({ op: 'where', stream: 'where:units', items: { u1: { lon: 99, lat: 23 } } }, 1000)
    expect(bench.words('status')).toMatchObject([{ stream: 'board', status: 'stale', asOf: 1_000_000 }, { stream: 'where:units', status: 'stale' }])
    expect(bench.words('standing')).toMatchObject([{ standing: 'no_record', asOf: 1_000_000 }])
  })
})

describe('how the screen stands', () => {
  it('tells a lost line from a lost database', () => {
    const bench = new Bench().live()
    bench.hear(AWAY)
    expect(bench.words('standing')).toMatchObject([{ standing: 'no_record' }])
    bench.tell({ is: 'closed', code: 1006 })
    bench.tell({ is: 'tick' }, 3000)
    expect(bench.words('standing')).toMatchObject([{ standing: 'no_line' }])
  })

  it('says a lost line when it has never been up, though the picture came over HTTP', () => {
    const bench = new Bench()
    bench.tell({ is: 'follow', stream: 'board', telemetry: false })
    bench.tell({ is: 'snapshot', snapshot: snapshot(10) })
    bench.tell({ is: 'tick' }, 3000)
    expect(bench.words('standing')).toEqual([{ is: 'standing', standing: 'no_line', asOf: 0 }])
    expect(bench.words('status')).toMatchObject([{ status: 'stale', asOf: 1_000_000 }])
  })
})
