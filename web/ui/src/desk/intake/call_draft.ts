/** What is half typed about a call, kept on this computer until it is entered or put away: a killed tab has not heard the caller twice. */
import type { Account } from '@/session/session'
import type { Point } from '@/wire/objects'

export interface CallDraft {
  text: string
  source: string
  caller_name: string
  caller_phone: string
  class_key: string | null
  place: string
  point: Point | null
  area_code: string | null
  occurred_at: string | null
  figures: Record<string, string>
}

interface Kept {
  draft: CallDraft
  /** Fields that somebody has typed into. */
  touched: string[]
}

const FORM = 'fengsui.desk.call'
const LINE = 'fengsui.desk.line'

function keyOf(what: string, account: Account | null): string | null {
  return account === null ? null : `${what}.${account.realm.name}.${account.id}`
}

function read(key: string | null): string | null {
  try {
    return key === null ? null : localStorage.getItem(key)
  } catch {
    return null
  }
}

/** A browser without storage keeps nothing; the form works all the same. */
function write(key: string | null, text: string | null): void {
  if (key === null) return
  try {
    if (text === null) localStorage.removeItem(key)
    else localStorage.setItem(key, text)
  } catch {
    // Nothing can be kept here.
  }
}

export function keptDraft(account: Account | null): Kept | null {
  const text = read(keyOf(FORM, account))
  if (text === null) return null
  try {
    const kept = JSON.parse(text) as Kept
    return kept.draft.text.trim() === '' ? null : kept
  } catch {
    return null
  }
}

export function keepDraft(account: Account | null, kept: Kept | null): void {
  write(keyOf(FORM, account), kept === null || kept.draft.text.trim() === '' ? null : JSON.stringify(kept))
}

export const keptLine = (account: Account | null): string => read(keyOf(LINE, account)) ?? ''

export function keepLine(account: Account | null, line: string): void {
  write(keyOf(LINE, account), line === '' ? null : line)
}
