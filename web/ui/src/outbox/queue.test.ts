import { describe, expect, it } from 'vitest'
import { envelopeOf, isPending, isRemovable, itemOf, type Item, type Owner } from './item'
import { after, askedAt, asNew, backlogOf, nextAskAt, nextStep, outlived, pauseAfter } from './queue'

const OWNER: Owner = { account: 'unit-1', realm: 'live' }
const FILE = { hash: 'a'.repeat(64), name: 'p.jpg', mediaType: 'image/jpeg', size: 100 }

function tap(order: number, kind: string, withFile = false): Item {
  return itemOf(
    {
      id: `id-${String(order)}`,
      kind,
      stream: 'unit:u1',
      occurredAt: '2026-03-01T02:00:00.000000Z',
      tappedAt: 1_000 * order,
      data: { unit_id: 'u1' },
      files: withFile ? [FILE] : [],
    },
    OWNER,
    order,
  )
}

describe('next step', () => {
  it('rests when nothing is pending', () => {
    expect(nextStep([after(tap(1, 'task.sign'), { what: 'received', at: 'x' })], OWNER, 0)).toEqual({ do: 'rest' })
  })

  it('goes in the order of the taps', () => {
    const step = nextStep([tap(2, 'unit.arrive'), tap(1, 'task.sign')], OWNER, 0)
    expect(step).toMatchObject({ do: 'send', item: { id: 'id-1' } })
  })

  it('sends a call for help before a photograph that was taken earlier', () => {
    const step = nextStep([tap(1, 'unit.note', true), tap(2, 'unit.need_help')], OWNER, 0)
    expect(step).toMatchObject({ do: 'send', item: { id: 'id-2' } })
  })

  it('holds back what depends on an order’s report with a file', () => {
    const step = nextStep([tap(1, 'task.progress', true), tap(2, 'task.submit')], OWNER, 0)
    expect(step).toMatchObject({ do: 'upload', item: { id: 'id-1' }, file: { hash: FILE.hash } })
  })

  it('hands an order in after the photograph that it asks for, and sends everything else before it', () => {
    const photo = { ...tap(1, 'unit.note', true), data: { task_id: 't' } }
    const submit = { ...tap(2, 'task.submit'), data: { task_id: 't' } }
    expect(nextStep([photo, submit, tap(3, 'unit.need_help')], OWNER, 0)).toMatchObject({ do: 'send', item: { id: 'id-3' } })
    expect(nextStep([photo, submit], OWNER, 0)).toMatchObject({ do: 'upload', item: { id: 'id-1' } })
    const ofAnother = { ...submit, data: { task_id: 'other' } }
    expect(nextStep([photo, ofAnother], OWNER, 0)).toMatchObject({ do: 'send', item: { id: 'id-2' } })
    expect(nextStep([after(photo, { what: 'received', at: 'x' }), submit], OWNER, 0)).toMatchObject({ do: 'send', item: { id: 'id-2' } })
  })

  it('sends the command once every byte of its files is there', () => {
    const half = after(tap(1, 'unit.note', true), { what: 'file_received', hash: FILE.hash, received: 60 })
    expect(nextStep([half], OWNER, 0).do).toBe('upload')
    const whole = after(half, { what: 'file_received', hash: FILE.hash, received: 250 })
    expect(whole.files[0]?.received).toBe(100)
    expect(nextStep([whole], OWNER, 0).do).toBe('send')
  })
})

describe('what the centre keeps on its disk', () => {
  const kept = (order: number, phoneNow: number): Item => after(tap(order, 'task.sign'), { what: 'spooled', at: 'then', phoneNow, chance: 1 })

  it('is pending, cannot be taken back, and holds up nothing that comes after it', () => {
    expect(isPending(kept(1, 0))).toBe(true)
    expect(isRemovable(kept(1, 0))).toBe(false)
    expect(nextStep([kept(1, 0), tap(2, 'unit.arrive')], OWNER, 999_999)).toMatchObject({ do: 'send', item: { id: 'id-2' } })
  })

  it('is asked about with the same id when its time has come, in the order of the taps', () => {
    const items = [kept(2, 1_000), kept(1, 2_000)]
    expect(nextAskAt(items, OWNER)).toBe(3_000)
    expect(nextStep(items, OWNER, 2_999)).toEqual({ do: 'rest' })
    expect(nextStep(items, OWNER, 3_000)).toMatchObject({ do: 'send', item: { id: 'id-2' } })
    expect(nextStep(items, OWNER, 4_000)).toMatchObject({ do: 'send', item: { id: 'id-1' } })
    expect(nextStep(items.map((item) => askedAt(item, 5)), OWNER, 5)).toMatchObject({ do: 'send', item: { id: 'id-1' } })
    expect(nextAskAt([tap(1, 'task.sign')], OWNER)).toBeNull()
  })

  it('is asked about less and less often, and stays what it is when nobody answers', () => {
    let item = kept(1, 0)
    const pauses = [item.spool?.askAt]
    for (let n = 0; n < 7; n++) {
      const leaving = after(item, { what: 'leaving' })
      expect(leaving.state).toBe('spooled')
      expect(after(leaving, { what: 'silence' }).state).toBe('spooled')
      item = after(leaving, { what: 'spooled', at: 'later', phoneNow: 0, chance: 1 })
      pauses.push(item.spool?.askAt)
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
    expect(item.spool?.at).toBe('then')
  })

  it('ends in the record or in a refusal, and says no more that it is only kept', () => {
    expect(after(kept(1, 0), { what: 'received', at: 'now' })).toMatchObject({ state: 'received', receivedAt: 'now' })
    expect(after(kept(1, 0), { what: 'received', at: 'now' }).spool).toBeUndefined()
    expect(after(kept(1, 0), { what: 'refused', refusal: { code: 'x', detail: 'y' } })).toMatchObject({ state: 'refused' })
    expect(after(after(tap(1, 'task.sign'), { what: 'received', at: 'now' }), { what: 'spooled', at: 'then', phoneNow: 0, chance: 0 }).state).toBe('received')
  })
})

describe('what an answer makes of an item', () => {
  it('a receipt outweighs everything that comes later', () => {
    const received = after(tap(1, 'task.sign'), { what: 'received', at: 'then' })
    expect(after(received, { what: 'leaving' }).state).toBe('received')
    expect(after(received, { what: 'refused', refusal: { code: 'x', detail: 'y' } }).state).toBe('received')
  })

  it('sent again as new it is a new command with the same time and content', () => {
    const refused = after(tap(1, 'task.sign', true), { what: 'refused', refusal: { code: 'x', detail: 'y' } })
    const again = asNew(refused, 'id-9', 9)
    expect(again).toMatchObject({ id: 'id-9', order: 9, state: 'waiting', refusal: null, occurredAt: refused.occurredAt })
    expect(envelopeOf(again)).toEqual({ ...envelopeOf(refused), id: 'id-9' })
  })

  it('names files by hash, and adds no field to a command without files', () => {
    expect(envelopeOf(tap(1, 'unit.note', true)).data).toEqual({ unit_id: 'u1', files: [FILE.hash] })
    expect(envelopeOf(tap(1, 'unit.arrive')).data).toEqual({ unit_id: 'u1' })
  })
})

describe('the bar', () => {
  it('counts what the centre does not have yet, with the oldest age', () => {
    const items = [
      tap(3, 'unit.note'),
      after(tap(2, 'unit.arrive'), { what: 'leaving' }),
      after(tap(1, 'task.sign'), { what: 'received', at: 'x' }),
      after(tap(4, 'task.submit'), { what: 'refused', refusal: { code: 'x', detail: 'y' } }),
      after(tap(5, 'unit.status'), { what: 'spooled', at: 'x', phoneNow: 0, chance: 1 }),
      { ...tap(0, 'unit.note'), account: 'unit-2' },
    ]
    expect(backlogOf(items, OWNER)).toEqual({ count: 3, spooled: 1, oldest: 2_000, refused: 1, strangers: 1 })
    expect(backlogOf([], OWNER)).toEqual({ count: 0, spooled: 0, oldest: null, refused: 0, strangers: 0 })
  })

  it('waits longer after each silence, never more than half a minute', () => {
    expect(pauseAfter(1, 1)).toBe(1_000)
    expect(pauseAfter(1, 0)).toBe(500)
    expect(pauseAfter(4, 1)).toBe(8_000)
    expect(pauseAfter(50, 1)).toBe(30_000)
  })

  it('forgets only received items, oldest first', () => {
    const items = Array.from({ length: 35 }, (_, order) => after(tap(order, 'unit.note'), { what: 'received', at: 'x' }))
    expect(outlived([...items, tap(99, 'task.sign')]).map((item) => item.order)).toEqual([4, 3, 2, 1, 0])
  })
})
