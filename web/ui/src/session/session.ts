/** Who is signed in on this screen, and what their roles let them do. The server checks again; screens only spare people a refusal. */
import { computed, ref, shallowRef } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import { followAccount } from '@/i18n/locale'
import { Problem, get, onSignedOut, post, request } from '@/wire/api'
import { link, listen, realm, startWire, stopWire } from '@/wire/connection'
import { forgetPictures } from '@/wire/pictures'
import type { RealmTitle } from '@/wire/objects'

export type Role =
  | 'duty_officer'
  | 'leader'
  | 'department'
  | 'field_unit'
  | 'exercise_director'
  | 'evaluator'
  | 'auditor'
  | 'supervisor'
  | 'administrator'

export interface Grant {
  role: Role
  area: string
  department: string | null
  unit: string | null
}

export interface Account {
  /** `account:<uuid>`, as it stands in `by` of facts. */
  id: string
  /** The bare uuid, for the `desk:` stream. */
  account_id: string | null
  name: string
  locale: string
  grants: Grant[]
  /** Kinds of command that the account's roles allow. */
  may: string[]
  realm: RealmTitle
}

export interface DemoLogin {
  login: string
  name: string
  password: string
  roles: string[]
}

const account: ShallowRef<Account | null> = shallowRef(null)
/** Whether `GET /api/session` has answered yet. */
const known = ref(false)
/** Set when the server ended the session while a screen was open. */
const ended = ref(false)

const allowed = computed(() => new Set(account.value?.may ?? []))
const roles = computed(() => [...new Set((account.value?.grants ?? []).map((grant) => grant.role))])

function enter(who: Account): Account {
  account.value = who
  known.value = true
  ended.value = false
  realm.value = who.realm
  followAccount(who.locale)
  startWire()
  return who
}

function leave(): void {
  stopWire()
  forgetPictures()
  account.value = null
}

let asking: Promise<Account | null> | null = null

/** Ask the server who this is; null when nobody is signed in. Throws Problem when the server cannot be heard. */
export async function restore(): Promise<Account | null> {
  if (account.value) return account.value
  asking ??= get<Account>('/api/session')
    .then(enter)
    .catch((thrown: unknown) => {
      if (thrown instanceof Problem && thrown.status === 401) {
        known.value = true
        return null
      }
      throw thrown
    })
    .finally(() => {
      asking = null
    })
  return asking
}

async function login(name: string, password: string): Promise<Account> {
  const who = await post<Account>('/api/session', { login: name, password })
  leave()
  return enter(who)
}

async function logout(): Promise<void> {
  try {
    await request('DELETE', '/api/session')
  } finally {
    leave()
  }
}

/** Where a role works. */
export function homeOf(who: Account): string {
  const held = new Set(who.grants.map((grant) => grant.role))
  if (held.has('duty_officer') || held.has('leader')) return '/'
  if (held.has('supervisor')) return '/supervision'
  if (held.has('exercise_director')) return '/exercise'
  if (held.has('field_unit')) return '/field'
  if (held.has('department')) return '/department'
  if (held.has('evaluator')) return '/exercise'
  return '/'
}

export function can(kind: string): boolean {
  return allowed.value.has(kind)
}

export interface Session {
  account: Readonly<ShallowRef<Account | null>>
  roles: ComputedRef<Role[]>
  departments: ComputedRef<string[]>
  units: ComputedRef<string[]>
  /** The widest area of the account's grants, as a code: the city's, a county's; '' before anybody signed in. */
  area: ComputedRef<string>
  ended: Readonly<{ value: boolean }>
  can: (kind: string) => boolean
  login: (name: string, password: string) => Promise<Account>
  logout: () => Promise<void>
}

const departments = computed(() => [...new Set((account.value?.grants ?? []).flatMap((g) => g.department ?? []))])
const area = computed(() => (account.value?.grants ?? []).map((grant) => grant.area).sort((a, b) => a.length - b.length)[0] ?? '')
const units = computed(() => [...new Set((account.value?.grants ?? []).flatMap((g) => g.unit ?? []))])

export function useSession(): Session {
  return { account, roles, departments, units, area, ended, can, login, logout }
}

function expire(): void {
  if (!account.value) return
  leave()
  ended.value = true
}

onSignedOut(expire)
listen((word) => {
  if (word.is !== 'link') return
  if (word.link === 'signed_out') expire()
  // A socket refused before it opens looks like any lost line; only the server can say that the session has ended.
  else if (word.link === 'down' && account.value) void get<Account>('/api/session').catch((thrown: unknown) => {
    if (thrown instanceof Problem && thrown.status === 401) expire()
  })
})

export { link }
