import { describe, expect, it } from 'vitest'
import { isRemovable, itemOf, type Draft, type HeldFile, type Item, type Owner } from './item'
import { backlogOf, neededFiles, outlived } from './queue'
import { takeStep, type Answer, type Carrier, type Device, type UploadAnswer } from './sender'
import type { Shelf } from './shelf'

const OWNER: Owner = { account: 'unit-1', realm: 'live' }
const PIECE = 4
const PHONE: Device = { now: () => 600_000, chance: () => 1 }

class Killed extends Error {}

/** What survives on the phone when the app is killed. */
class Disk {
  items = new Map<string, Item>()
  contents = new Map<string, Blob>()
}

/** The centre, as the documents describe it: a known id gets its first answer again, a file arrives piece by piece. */
class Centre {
  commands: Item[] = []
  answers = new Map<string, Answer>()
  held = new Map<string, number>()
  refuse = new Set<string>()

  command(item: Item): Answer {
    const known = this.answers.get(item.id)
    if (known !== undefined) return known
    for (const file of item.files) expect(this.held.get(file.hash)).toBe(file.size)
    const answer: Answer = this.refuse.has(item.kind)
      ? { is: 'refused', refusal: { code: 'task_transition', detail: '任务已办结。' } }
      : { is: 'received', at: `2026-03-01T00:00:${String(this.commands.length).padStart(2, '0')}.000000Z` }
    if (answer.is === 'received') this.commands.push(item)
    this.answers.set(item.id, answer)
    return answer
  }
}

/** Every act on disk or network may be the last one: before it happened, or after it happened and before anybody heard. */
class Fate {
  left: number
  constructor(killAt: number) {
    this.left = killAt
  }
  async act<T>(deed: () => T): Promise<T> {
    await Promise.resolve()
    if (this.left-- === 0) throw new Killed()
    const result = deed()
    if (this.left-- === 0) throw new Killed()
    return result
  }
}

function shelfOn(disk: Disk, fate: Fate): Shelf {
  const sorted = (): Item[] => [...disk.items.values()].sort((a, b) => a.order - b.order)
  return {
    items: () => fate.act(sorted),
    add: (item, contents) =>
      fate.act(() => {
        disk.items.set(item.id, item)
        contents.forEach((blob, hash) => disk.contents.set(hash, blob))
      }),
    change: (id, change) =>
      fate.act(() => {
        const now = disk.items.get(id)
        if (now === undefined) return null
        const next = change(now)
        disk.items.set(id, next)
        return next
      }),
    replace: (id, by) =>
      fate.act(() => {
        disk.items.delete(id)
        disk.items.set(by.id, by)
      }),
    remove: (id, when) =>
      fate.act(() => {
        const now = disk.items.get(id)
        if (now !== undefined && when(now)) disk.items.delete(id)
      }),
    content: (hash) => fate.act(() => disk.contents.get(hash) ?? null),
    tidy: () =>
      fate.act(() => {
        for (const item of outlived(sorted())) disk.items.delete(item.id)
        const needed = neededFiles(sorted())
        for (const hash of disk.contents.keys()) if (!needed.has(hash)) disk.contents.delete(hash)
      }),
  }
}

function carrierTo(centre: Centre, fate: Fate): Carrier {
  return {
    upload: (file: HeldFile): Promise<UploadAnswer> =>
      fate.act(() => {
        const received = Math.min(file.size, (centre.held.get(file.hash) ?? 0) + PIECE)
        centre.held.set(file.hash, received)
        return { is: 'holds', received }
      }),
    send: (item) => fate.act(() => centre.command(item)),
  }
}

function draft(id: string, kind: string, files: Draft['files'] = []): Draft {
  return { id, kind, stream: 'unit:u1', occurredAt: '2026-03-01T00:00:00.000000Z', tappedAt: 0, data: { unit_id: 'u1' }, files }
}

const PHOTO = { hash: 'f'.repeat(64), name: 'road.jpg', mediaType: 'image/jpeg', size: 10 }

function taps(): Item[] {
  return [
    draft('a', 'task.sign'),
    draft('b', 'unit.note', [PHOTO]),
    draft('c', 'unit.arrive'),
    draft('d', 'task.submit', [{ ...PHOTO, hash: 'e'.repeat(64), size: 5 }]),
  ].map((each, index) => itemOf(each, OWNER, index))
}

async function store(disk: Disk): Promise<void> {
  const shelf = shelfOn(disk, new Fate(-1))
  for (const item of taps()) {
    await shelf.add(item, new Map(item.files.map((file) => [file.hash, new Blob(['x'.repeat(file.size)])])))
  }
}

/** The app opens and works until nothing is left to do. */
async function drain(disk: Disk, centre: Centre, fate: Fate): Promise<boolean> {
  await shelfOn(disk, fate).tidy()
  for (;;) {
    if ((await takeStep(shelfOn(disk, fate), carrierTo(centre, fate), OWNER, PHONE)) === 'nothing_to_do') return true
  }
}

describe('the outbox, killed at any moment', () => {
  it('brings every deed to the centre exactly once, whatever step the phone died at', async () => {
    let killAt = 0
    for (let survived = false; !survived; killAt += 1) {
      const disk = new Disk()
      const centre = new Centre()
      await store(disk)
      survived = await drain(disk, centre, new Fate(killAt)).catch((error: unknown) => {
        if (error instanceof Killed) return false
        throw error
      })
      await drain(disk, centre, new Fate(-1))
      expect(centre.commands.map((item) => item.id)).toEqual(['a', 'c', 'd', 'b'])
      expect([...disk.items.values()].map((item) => item.state)).toEqual(Array(4).fill('received'))
      expect(disk.contents.size).toBe(0)
    }
    expect(killAt).toBeGreaterThan(40)
  })

  it('dies twice and still loses nothing', async () => {
    for (let first = 0; first < 40; first += 3) {
      for (let second = 0; second < 40; second += 5) {
        const disk = new Disk()
        const centre = new Centre()
        await store(disk)
        for (const fate of [new Fate(first), new Fate(second)]) await drain(disk, centre, fate).catch(() => false)
        await drain(disk, centre, new Fate(-1))
        expect(centre.commands).toHaveLength(4)
      }
    }
  })
})

describe('while the centre’s database is away', () => {
  /** A centre that keeps what it hears on its disk, and records it once, in order, when its database is back. */
  class Away extends Centre {
    kept = new Map<string, Item>()
    back = false

    override command(item: Item): Answer {
      if (this.back) return super.command(item)
      if (!this.kept.has(item.id)) this.kept.set(item.id, item)
      return { is: 'spooled', at: 'then' }
    }

    comeBack(): void {
      this.back = true
      for (const item of this.kept.values()) super.command(item)
    }
  }

  it('everything is kept there once, still counts as pending, and ends in the record once, wherever the phone dies', async () => {
    for (let killAt = 0; killAt < 60; killAt += 1) {
      const disk = new Disk()
      const centre = new Away()
      await store(disk)
      let now = 0
      const device: Device = { now: () => now, chance: () => 1 }
      const work = async (fate: Fate): Promise<void> => {
        while ((await takeStep(shelfOn(disk, fate), carrierTo(centre, fate), OWNER, device)) !== 'nothing_to_do');
      }
      await work(new Fate(killAt)).catch(() => undefined)
      await work(new Fate(-1))
      expect([...disk.items.values()].map((item) => item.state)).toEqual(Array(4).fill('spooled'))
      expect([...centre.kept.keys()]).toEqual(['a', 'c', 'd', 'b'])
      expect(disk.contents.size).toBeGreaterThan(0)
      centre.comeBack()
      await work(new Fate(-1))
      expect(backlogOf([...disk.items.values()], OWNER).count).toBe(4)
      now = 120_000
      await work(new Fate(-1))
      await shelfOn(disk, new Fate(-1)).tidy()
      expect([...disk.items.values()].map((item) => item.state)).toEqual(Array(4).fill('received'))
      expect(centre.commands.map((item) => item.id)).toEqual(['a', 'c', 'd', 'b'])
      expect(disk.contents.size).toBe(0)
    }
  })
})

describe('what comes back', () => {
  it('keeps a refused item with its reason and carries on with the next', async () => {
    const disk = new Disk()
    const centre = new Centre()
    centre.refuse.add('task.sign')
    await store(disk)
    await drain(disk, centre, new Fate(-1))
    expect(disk.items.get('a')).toMatchObject({ state: 'refused', refusal: { code: 'task_transition', detail: '任务已办结。' } })
    expect(centre.commands.map((item) => item.id)).toEqual(['c', 'd', 'b'])
  })

  it('keeps everything when nothing answers, and says "sent" of nothing', async () => {
    const disk = new Disk()
    await store(disk)
    const silent: Carrier = {
      upload: () => Promise.resolve({ is: 'no_answer' }),
      send: () => Promise.resolve({ is: 'no_answer' }),
    }
    const shelf = shelfOn(disk, new Fate(-1))
    expect(await takeStep(shelf, silent, OWNER, PHONE)).toBe('no_answer')
    expect(await takeStep(shelf, silent, OWNER, PHONE)).toBe('no_answer')
    expect([...disk.items.values()].map((item) => item.state)).toEqual(['waiting', 'waiting', 'waiting', 'waiting'])
    expect(disk.items.get('a')?.attempts).toBe(2)
    expect(taps().map(isRemovable)).toEqual([true, true, true, true])
    expect([...disk.items.values()].map(isRemovable)).toEqual([false, true, true, true])
  })

  it('puts the time right when the phone’s clock runs ahead of the centre’s', async () => {
    const disk = new Disk()
    const shelf = shelfOn(disk, new Fate(-1))
    await shelf.add(itemOf({ ...draft('a', 'unit.arrive'), occurredAt: '2026-03-01T00:20:00.000Z', tappedAt: 300_000 }, OWNER, 1), new Map())
    const now = '2026-03-01T00:10:00.000000Z'
    const strict: Carrier = {
      upload: () => Promise.resolve({ is: 'no_answer' }),
      send: (item) => Promise.resolve(item.occurredAt > now ? { is: 'clock_ahead', now } : { is: 'received', at: now }),
    }
    expect(await takeStep(shelf, strict, OWNER, PHONE)).toBe('no_answer')
    expect(disk.items.get('a')).toMatchObject({ state: 'waiting', occurredAt: '2026-03-01T00:05:00.000Z' })
    expect(await takeStep(shelf, strict, OWNER, PHONE)).toBe('went_on')
    expect(disk.items.get('a')?.state).toBe('received')
  })

  it('says so when the stored file is gone, instead of sending words that name nothing', async () => {
    const disk = new Disk()
    const centre = new Centre()
    await store(disk)
    disk.contents.delete(PHOTO.hash)
    await drain(disk, centre, new Fate(-1))
    expect(disk.items.get('b')?.refusal?.code).toBe('file_lost')
  })

  it('never sends another account’s items', async () => {
    const disk = new Disk()
    const centre = new Centre()
    await store(disk)
    const stranger: Owner = { account: 'unit-2', realm: 'live' }
    const shelf = shelfOn(disk, new Fate(-1))
    expect(await takeStep(shelf, carrierTo(centre, new Fate(-1)), stranger, PHONE)).toBe('nothing_to_do')
    expect(await takeStep(shelf, carrierTo(centre, new Fate(-1)), { ...OWNER, realm: 'exercise-1' }, PHONE)).toBe('nothing_to_do')
    expect(centre.commands).toHaveLength(0)
  })
})
