/**
 * What a client knows of the record as a whole: whether the server is heard, and whether it can read its database. Pure:
 * times are milliseconds on this device's clock, and are told.
 *
 * Only a beat, a fact or a `live` proves that the record is readable. Positions come past the database, and a welcome
 * is made from memory: neither proves anything.
 */
import type { Link, Standing } from './frames'

/** No proof for this long: what is shown is stale, and the screen says so within 20 s. The server beats every 15 s. */
export const STALE_AFTER = 19_000
/** Ask for a beat when there was no proof for this long. */
const PROBE_AFTER = 15_500
/** A connection silent for this long is taken for dead and closed. */
const DEAD_AFTER = 32_000
/** The same while the server has said that it cannot read the record: there are no beats then, and silence means little. */
const DEAD_AFTER_WHEN_AWAY = 90_000
/** A dropped connection that is back within this time is not worth alarming anybody. */
const GRACE = 3_000

export class RecordWatch {
  private heardAt = 0
  private knownAt = 0
  private welcomedAt = 0
  private downSince: number | null = null
  private probedAt = 0
  /** Whether there was proof since the last welcome. */
  private proved = false
  /** The server cannot read the record since then; ended by its next beat. */
  private awaySince: number | null = null
  /** This device's clock minus the server's. */
  private skew = 0
  private standing: Standing | null = null

  get away(): boolean {
    return this.awaySince !== null
  }

  get isProved(): boolean {
    return this.proved
  }

  /** As of when everything shown was known to be so; 0 = never. */
  get asOf(): number {
    return Math.max(this.knownAt, this.awaySince ?? 0)
  }

  opened(now: number): void {
    this.heardAt = now
    this.probedAt = now
  }

  heard(now: number): void {
    this.heardAt = now
  }

  down(now: number): void {
    this.downSince ??= now
  }

  /** A new connection knows nothing of the one before: the server says anew if it cannot read the record. */
  welcomed(now: number): void {
    this.welcomedAt = now
    this.downSince = null
    this.awaySince = null
    this.proved = false
  }

  /** The server's clock showed `wallAt` (ISO 8601) now. */
  reckon(wallAt: string, now: number): void {
    const at = Date.parse(wallAt)
    if (!Number.isNaN(at)) this.skew = now - at
  }

  /** A time by the server's clock, ISO 8601, on this device's; never in the future. */
  here(at: string, now: number): number {
    const ms = Date.parse(at) + this.skew
    return Number.isNaN(ms) ? now : Math.min(now, ms)
  }

  /** Proof that the record is readable; worth nothing while the server says that it is not. Returns whether it counts. */
  known(now: number): boolean {
    if (this.away) return false
    this.proved = true
    this.knownAt = now
    return true
  }

  /** Returns since when, on this device's clock. */
  goAway(since: string, now: number): number {
    const at = this.here(since, now)
    this.awaySince = Math.min(this.awaySince ?? at, at)
    return this.awaySince
  }

  /** A beat. Returns whether the record was away until now. */
  comeBack(): boolean {
    const was = this.away
    this.awaySince = null
    return was
  }

  /** What an open but quiet connection asks for at this moment. */
  wants(now: number): 'close' | 'beat' | null {
    if (now - this.heardAt >= (this.away ? DEAD_AFTER_WHEN_AWAY : DEAD_AFTER)) return 'close'
    if (now - Math.max(this.knownAt, this.welcomedAt) < PROBE_AFTER || now - this.probedAt < PROBE_AFTER) return null
    this.probedAt = now
    return 'beat'
  }

  /** The standing at this moment, and whether it has changed. */
  look(link: Link, now: number): { standing: Standing; changed: boolean } {
    const standing = this.standingAt(link, now)
    const changed = standing !== this.standing
    this.standing = standing
    return { standing, changed }
  }

  private standingAt(link: Link, now: number): Standing {
    const before = this.standing ?? 'connecting'
    if (link === 'signed_out' || link === 'broken') return 'no_line'
    if (this.downSince !== null) return now - this.downSince >= GRACE ? 'no_line' : before
    if (this.away) return 'no_record'
    if (link !== 'open') return before
    const quiet = now - (this.proved ? this.knownAt : Math.max(this.knownAt, this.welcomedAt))
    if (quiet >= STALE_AFTER) return now - this.heardAt >= STALE_AFTER ? 'no_line' : 'no_record'
    return this.proved ? 'live' : before
  }
}
