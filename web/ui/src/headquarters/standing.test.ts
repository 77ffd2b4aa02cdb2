import { describe, expect, it } from 'vitest'
import type { Headquarters, HqPerson, HqSeat } from '@/wire/objects'
import { deedsOf, questionsTo } from './standing'

const person = (name: string | null, account: string | null, post: string | null = null): HqPerson => ({ post, post_zh: post, post_en: post, account_id: account, person_id: null, name, title_zh: null, title_en: null })
const seat = (id: string, over: Partial<HqSeat> = {}): HqSeat => ({
  id, role: 'deputy', sort: 1, person: person('杨', 'y'), state: 'taken', asked_by: null, asked_at: '2026-01-01T00:00:00Z', until: '2026-01-01T00:10:00Z', answered: null, call: null, place: null, ...over,
})
const hq = (seats: HqSeat[], over: Partial<Headquarters> = {}): Headquarters => ({
  id: 'i', incident_id: 'i', state: 'standing', established: { at: '', by: { id: '', name: '' }, reason: null }, dissolved: null, commanding: null, seats, acting: null, transfer: null, groups: [], delegations: [], history: [], version: 1, ...over,
})
const commander = (over: Partial<HqSeat> = {}): HqSeat => seat('c', { role: 'commander', person: person('李', 'l'), ...over })

describe('questions', () => {
  it('asks the named one, and of a post that nobody holds every leader', () => {
    const named = hq([commander({ state: 'asked' })])
    expect(questionsTo(named, { account: 'l', leads: true }).map((one) => one.is)).toEqual(['seat'])
    expect(questionsTo(named, { account: 'y', leads: true })).toEqual([])
    const unheld = hq([commander({ state: 'asked', person: person(null, null, 'commander') })])
    expect(questionsTo(unheld, { account: 'y', leads: true })).toHaveLength(1)
    expect(questionsTo(unheld, { account: 'd', leads: false })).toEqual([])
  })
  it('puts acting before a seat', () => {
    const both = hq([commander({ state: 'silent' }), seat('d', { state: 'asked' })], {
      acting: { why: 'seat', since: '', asked: [{ seat_id: 'd', at: '2026-01-01T00:10:00Z', until: '2026-01-01T00:15:00Z', outcome: 'waiting' }], until: '', exhausted: false },
    })
    expect(questionsTo(both, { account: 'y', leads: true }).map((one) => one.is)).toEqual(['act', 'seat'])
  })
  it('is silent once it is dissolved', () => {
    expect(questionsTo(hq([commander({ state: 'asked' })], { state: 'dissolved' }), { account: 'l', leads: true })).toEqual([])
  })
})

describe('deeds', () => {
  const commands = hq([commander(), seat('d')], { commanding: { seat_id: 'c', acting: false, since: null, person: person('李', 'l') } })
  it('offers nobody to replace or relieve who commands', () => {
    expect(deedsOf(commands, commander(), { account: 'x', leads: false }, true, true)).toEqual(['call'])
  })
  it('offers stepping in only when nobody commands or a call went unanswered', () => {
    expect(deedsOf(commands, seat('d'), { account: 'y', leads: true }, true, false)).not.toContain('step_in')
    const silent = commander({ call: { by: { id: '', name: '' }, at: '', until: '', outcome: 'silent', answered_at: null, word: null } })
    expect(deedsOf({ ...commands, seats: [silent, seat('d')] }, seat('d'), { account: 'y', leads: true }, true, false)).toContain('step_in')
  })
})
