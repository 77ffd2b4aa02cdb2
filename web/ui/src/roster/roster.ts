/** The roster as the server tells it, and how a week of it is laid out. */
import { get } from '@/wire/api'
import { locale } from '@/i18n/locale'
import { toMs } from '@/time/clock'

export interface RosterPost {
  id: string
  zh: string
  en: string
  area_code: string
  holder: string | null
  holder_since: string | null
  how: string | null
}

export interface RosterPerson {
  id: string
  name: string
  title_zh: string
  title_en: string
  phone: string | null
  duties: string[]
  has_account: boolean
  serves: boolean
}

export interface Shift {
  id: string
  post: string
  seat: number
  starts_at: string
  ends_at: string
  person_id: string | null
  origin: 'rotation' | 'hand' | 'swap' | 'import'
  note: string | null
  version: number
}

export interface Conflict {
  kind: string
  severity: 'refuse' | 'warn'
  shift_id: string
  with_id: string | null
  zh: string
  en: string
}

export interface Gap {
  post: string
  seat: number
  starts_at: string
  ends_at: string
}

export interface Leave {
  id: string
  person_id: string
  from_at: string
  to_at: string
  kind: string | null
  reason: string | null
}

export interface Swap {
  id: string
  shift_id: string
  in_return_id: string | null
  from_person: string
  to_person: string
  post: string
  begins_at: string
  reason: string
  state: 'asked' | 'agreed' | 'approved' | 'declined' | 'rejected' | 'withdrawn' | 'lapsed'
  answered: { reason: string | null } | null
  decided: { reason: string | null } | null
  version: number
}

export interface SpotCheck {
  id: string
  post: string
  expected: string | null
  means: string
  result: string
  note: string | null
  by: { name: string }
  at: string
}

export interface Named {
  zh: string
  en: string
}

export interface Roster {
  first: string
  days: number
  area: string
  at: string
  me: string | null
  posts: RosterPost[]
  people: RosterPerson[]
  shifts: Shift[]
  conflicts: Conflict[]
  gaps: Gap[]
  leaves: Leave[]
  swaps: Swap[]
  spot_checks: SpotCheck[]
  rules: {
    source: string
    basis: string
    change_at: string[]
    on_call: string[]
    leave_kinds: Record<string, Named>
    key_periods: { id: string; zh: string; en: string; from: string; to: string }[]
    conflicts: Record<string, 'refuse' | 'warn'>
  }
}

export const fetchRoster = (first: string | null, days: number) =>
  get<Roster>(`/api/roster?days=${days}${first ? `&first=${first}` : ''}`)

const DAY = 86_400_000
const BEIJING = 8 * 3_600_000

/** Minutes after midnight of the first change of the day: `08:30` → 510. */
export function changeMinutes(changeAt: readonly string[]): number {
  const [hour, minute] = (changeAt[0] ?? '00:00').split(':').map(Number)
  return (hour ?? 0) * 60 + (minute ?? 0)
}

/** The roster's day that a time falls in, `2026-03-01`: it begins with the first change of the day. */
export function rosterDay(at: string, change: number): string {
  return new Date(toMs(at) + BEIJING - change * 60_000).toISOString().slice(0, 10)
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10)
}

export function daysFrom(first: string, days: number): string[] {
  return Array.from({ length: days }, (_, n) => addDays(first, n))
}

export function mondayOf(day: string): string {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7))
}

/** `3/2 周一`, `Mon 2 Mar` */
export function dayWords(day: string): { date: string; weekday: string; weekend: boolean } {
  const at = new Date(`${day}T00:00:00Z`)
  const tongue = locale.value === 'zh' ? 'zh-CN' : 'en-GB'
  const date = locale.value === 'zh' ? `${at.getUTCMonth() + 1}/${at.getUTCDate()}` : at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
  return { date, weekday: at.toLocaleDateString(tongue, { weekday: 'short', timeZone: 'UTC' }), weekend: [0, 6].includes(at.getUTCDay()) }
}

export function keyPeriod(roster: Roster, day: string): Named | null {
  return roster.rules.key_periods.find((one) => (one.from.length === 5 ? day.slice(5) >= one.from && day.slice(5) <= one.to : day >= one.from && day <= one.to)) ?? null
}

export interface Cell {
  post: string
  day: string
  shifts: Shift[]
  gaps: Gap[]
}

/** One cell a post and day: its shifts in order of seat and time, and seats that nobody has planned. */
export function cellsOf(roster: Roster): Map<string, Cell> {
  const change = changeMinutes(roster.rules.change_at)
  const cells = new Map<string, Cell>()
  for (const post of roster.posts) {
    for (const day of daysFrom(roster.first, roster.days)) cells.set(`${post.id} ${day}`, { post: post.id, day, shifts: [], gaps: [] })
  }
  for (const shift of roster.shifts) cells.get(`${shift.post} ${rosterDay(shift.starts_at, change)}`)?.shifts.push(shift)
  for (const gap of roster.gaps) cells.get(`${gap.post} ${rosterDay(gap.starts_at, change)}`)?.gaps.push(gap)
  return cells
}

/** City posts first, in the order of a duty room; then counties. */
const ORDER = ['duty_leader', 'watch_commander', 'primary', 'secondary', 'standby']
export function sortedPosts(posts: readonly RosterPost[]): RosterPost[] {
  const rank = (post: RosterPost) => {
    const plain = post.id.replace(/^\d{6}-/, '')
    return `${post.area_code.padEnd(6, '0')} ${ORDER.indexOf(plain) < 0 ? 9 : ORDER.indexOf(plain)}`
  }
  return [...posts].sort((a, b) => (a.area_code.length - b.area_code.length) || rank(a).localeCompare(rank(b)))
}
