/** Which board an account oversees: the whole city's, or its county's. Null for those who oversee none. */
import type { Account, Role } from '@/session/session'

const OVERSEERS: ReadonlySet<Role> = new Set(['duty_officer', 'leader', 'supervisor', 'auditor', 'administrator', 'exercise_director', 'evaluator'])

export function boardOf(account: Account | null): string | null {
  const grant = account?.grants.find((one) => OVERSEERS.has(one.role))
  if (grant === undefined) return null
  return grant.area.length >= 6 ? `board:${grant.area.slice(0, 6)}` : 'board'
}
