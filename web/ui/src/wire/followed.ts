/** One stream that is followed: how far it is held, and what is said of it. */
import type { ProblemFields, Standing, Status } from './frames'
import type { Picture } from './objects'

export interface Followed {
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
  /** Time (ms here) at which the picture was last known to be complete; 0 = never. */
  asOf: number
  /** The picture is of another epoch, too far behind, or came from a server's memory: stale until the stream is live again. */
  old: boolean
}

export function newlyFollowed(stream: string, telemetry: boolean): Followed {
  return {
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
    asOf: 0,
    old: false,
  }
}

/** `proved`: the record was readable since the connection came up. `broken`: there will be no other connection. */
export function statusOf(followed: Followed, standing: Standing, proved: boolean, broken: boolean): Status {
  if (followed.phase === 'given_up') return followed.problem?.status === 403 ? 'forbidden' : 'failed'
  if (!followed.telemetry && !followed.picture) return followed.problem || broken ? 'failed' : 'loading'
  if (standing === 'no_line' || standing === 'no_record') return followed.telemetry && followed.status === null ? 'loading' : 'stale'
  if (followed.old) return 'stale'
  if (followed.phase === 'live' && (proved || followed.telemetry)) return 'live'
  return followed.status === 'stale' ? 'stale' : followed.status === 'live' ? 'live' : 'loading'
}
