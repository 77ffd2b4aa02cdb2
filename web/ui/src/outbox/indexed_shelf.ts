/** The outbox's shelf in IndexedDB: every write resolves only when it is on the phone's disk. */
import { asked, CONTENTS, done, ITEMS, writing } from './database'
import type { Item } from './item'
import { neededFiles, outlived } from './queue'
import type { Shelf } from './shelf'

interface Content {
  readonly hash: string
  readonly blob: Blob
}

export class IndexedShelf implements Shelf {
  readonly #db: IDBDatabase

  constructor(db: IDBDatabase) {
    this.#db = db
  }

  async items(): Promise<readonly Item[]> {
    const items = await asked(this.#db.transaction(ITEMS).objectStore(ITEMS).getAll() as IDBRequest<Item[]>)
    return items.sort((a, b) => a.order - b.order)
  }

  async add(item: Item, contents: ReadonlyMap<string, Blob>): Promise<void> {
    const transaction = writing(this.#db, [ITEMS, CONTENTS])
    for (const [hash, blob] of contents) transaction.objectStore(CONTENTS).put({ hash, blob } satisfies Content)
    transaction.objectStore(ITEMS).add(item)
    await done(transaction)
  }

  async change(id: string, change: (item: Item) => Item): Promise<Item | null> {
    const transaction = writing(this.#db, [ITEMS])
    const store = transaction.objectStore(ITEMS)
    const now = await asked(store.get(id) as IDBRequest<Item | undefined>)
    const next = now === undefined ? null : change(now)
    if (next !== null) store.put(next)
    await done(transaction)
    return next
  }

  async replace(id: string, by: Item): Promise<void> {
    const transaction = writing(this.#db, [ITEMS])
    transaction.objectStore(ITEMS).delete(id)
    transaction.objectStore(ITEMS).put(by)
    await done(transaction)
  }

  async remove(id: string, when: (item: Item) => boolean): Promise<void> {
    const transaction = writing(this.#db, [ITEMS])
    const store = transaction.objectStore(ITEMS)
    const now = await asked(store.get(id) as IDBRequest<Item | undefined>)
    if (now !== undefined && when(now)) store.delete(id)
    await done(transaction)
  }

  async content(hash: string): Promise<Blob | null> {
    const found = await asked(
      this.#db.transaction(CONTENTS).objectStore(CONTENTS).get(hash) as IDBRequest<Content | undefined>,
    )
    return found?.blob ?? null
  }

  async tidy(): Promise<void> {
    const transaction = writing(this.#db, [ITEMS, CONTENTS])
    const items = await asked(transaction.objectStore(ITEMS).getAll() as IDBRequest<Item[]>)
    for (const item of outlived(items)) transaction.objectStore(ITEMS).delete(item.id)
    const needed = neededFiles(items)
    const hashes = await asked(transaction.objectStore(CONTENTS).getAllKeys() as IDBRequest<string[]>)
    for (const hash of hashes) if (!needed.has(hash)) transaction.objectStore(CONTENTS).delete(hash)
    await done(transaction)
  }
}
