/** The address book as the server tells it (`/api/organisation`). */
import { get } from '@/wire/api'
import type { Named } from './roster'

export const LEVELS = ['city', 'county', 'township', 'village'] as const
export type Level = (typeof LEVELS)[number]
export type Reach = 'account' | 'phone' | 'none'
/** Never told by colour alone. */
export const REACH_SIGN: Record<Reach, string> = { account: '●', phone: '☏', none: '▲' }

export interface Position {
  department: string
  title_zh: string
  title_en: string
}
export interface Person {
  id: string
  name: string
  title_zh: string
  title_en: string
  department: string | null
  department_zh: string | null
  department_en: string | null
  area_code: string | null
  level: Level
  place: string | null
  positions: Position[]
  phone: string | null
  mobile: string | null
  numbers_hidden: boolean
  duties: string[]
  has_account: boolean
  reach: Reach
  on_duty: string[]
  shift: { post: string; ends_at: string } | null
  /** Null for who may not correct it. */
  version: number | null
}
export interface Found {
  people: Person[]
  more: boolean
  posts: Record<string, Named>
}
export interface Entry {
  id: string
  account: string | null
  history: { kind: 'person.entered' | 'person.corrected' | 'person.retired'; at: string; by: { id: string; name: string }; changed: string[] }[]
}

export interface Wanted {
  q: string
  department: string
  area: string
  level: string
}

export const findPeople = (wanted: Wanted): Promise<Found> => get<Found>(`/api/organisation?${new URLSearchParams({ ...wanted })}`)
export const readEntry = (id: string): Promise<Entry> => get<Entry>(`/api/organisation/people/${encodeURIComponent(id)}`)

/** What the form holds, and what is sent of it. */
export interface PersonDraft {
  name: string
  title_zh: string
  title_en: string
  department: string
  place: string
  phone: string
  mobile: string
  duties: string[]
  also: Position[]
  account: string
}

export function draftOf(person: Person | null, department = ''): PersonDraft {
  return {
    name: person?.name ?? '',
    title_zh: person?.title_zh ?? '',
    title_en: person?.title_en ?? '',
    department: person?.department ?? department,
    place: person?.place ?? '',
    phone: person?.phone ?? '',
    mobile: person?.mobile ?? '',
    duties: [...(person?.duties ?? [])],
    also: (person?.positions ?? []).map((one) => ({ ...one })),
    account: '',
  }
}

/** The data of `person.put`. `login`: his account as it is; unchanged it is not sent, so that it stays. */
export function putOf(draft: PersonDraft, person: Person | null, login: string | null): Record<string, unknown> {
  const plain = (text: string): string | null => text.trim() || null
  const account = draft.account.trim()
  return {
    ...(person === null ? {} : { person_id: person.id, expect: person.version }),
    name: draft.name.trim(),
    title_zh: draft.title_zh.trim(),
    title_en: draft.title_en.trim(),
    department: draft.department,
    place: plain(draft.place),
    phone: plain(draft.phone),
    mobile: plain(draft.mobile),
    duties: draft.duties,
    also: draft.also.map((one) => ({ department: one.department, title_zh: one.title_zh.trim(), title_en: one.title_en.trim() })),
    ...(account === (login ?? '') ? {} : { account }),
  }
}
