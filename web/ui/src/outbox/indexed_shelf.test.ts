// @vitest-environment node
import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from './database'
import { IndexedShelf } from './indexed_shelf'
import { isRemovable, itemOf, type Item } from './item'
import { after } from './queue'

const FILE = { hash: 'c'.repeat(64), name: 'voice.webm', mediaType: 'audio/webm', size: 3 }

function tap(order: number, withFile = false): Item {
  return itemOf(
    {
      id: `id-${String(order)}`,
      kind: 'unit.note',
      stream: 'unit:u1',
      occurredAt: '2026-03-01T00:00:00.000000Z',
      tappedAt: order,
      data: { unit_id: 'u1', text: '路面塌方' },
      files: withFile ? [FILE] : [],
    },
    { account: 'a', realm: 'live' },
    order,
  )
}

let name = ''
let run = 0

async function reopened(): Promise<IndexedShelf> {
  return new IndexedShelf(await openDatabase(name))
}

describe('the shelf on the phone', () => {
  beforeEach(() => {
    run += 1
    name = `shelf-${String(run)}`
  })

  it('still has items and file contents after the app was closed', async () => {
    const first = await reopened()
    await first.add(tap(2), new Map())
    await first.add(tap(1, true), new Map([[FILE.hash, new Blob(['abc'])]]))
    const second = await reopened()
    expect((await second.items()).map((item) => item.id)).toEqual(['id-1', 'id-2'])
    expect(await (await second.content(FILE.hash))?.text()).toBe('abc')
  })

  it('stores item and contents together or neither', async () => {
    const shelf = await reopened()
    await shelf.add(tap(1), new Map())
    await expect(shelf.add(tap(1, true), new Map([[FILE.hash, new Blob(['abc'])]]))).rejects.toThrow()
    expect(await shelf.content(FILE.hash)).toBeNull()
  })

  it('changes what is there now, and nothing that was dismissed', async () => {
    const shelf = await reopened()
    await shelf.add(tap(1), new Map())
    expect((await shelf.change('id-1', (item) => after(item, { what: 'leaving' })))?.state).toBe('sent')
    await shelf.remove('id-1', isRemovable)
    expect(await shelf.items()).toHaveLength(1)
    await shelf.remove('id-1', (item) => item.state === 'sent')
    expect(await shelf.change('id-1', (item) => item)).toBeNull()
    expect(await shelf.items()).toEqual([])
  })

  it('keeps a file as long as one unsent item names it', async () => {
    const shelf = await reopened()
    await shelf.add(tap(1, true), new Map([[FILE.hash, new Blob(['abc'])]]))
    await shelf.add(tap(2, true), new Map([[FILE.hash, new Blob(['abc'])]]))
    await shelf.change('id-1', (item) => after(item, { what: 'received', at: 'x' }))
    await shelf.tidy()
    expect(await shelf.content(FILE.hash)).not.toBeNull()
    await shelf.change('id-2', (item) => after(item, { what: 'received', at: 'x' }))
    await shelf.tidy()
    expect(await shelf.content(FILE.hash)).toBeNull()
  })
})
