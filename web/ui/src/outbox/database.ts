/** The phone's own store: what waits to be sent, the contents of its files, and the last picture the centre gave. */

const NAME = 'fengsui-field'
const VERSION = 1

export const ITEMS = 'items'
export const CONTENTS = 'contents'
export const KEPT = 'kept'

/** Rejects when the browser gives no storage (private window, storage full or blocked): then nothing can be promised. */
export function openDatabase(name: string = NAME): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, VERSION)
    opening.onupgradeneeded = () => {
      const db = opening.result
      db.createObjectStore(ITEMS, { keyPath: 'id' })
      db.createObjectStore(CONTENTS, { keyPath: 'hash' })
      db.createObjectStore(KEPT, { keyPath: 'name' })
    }
    opening.onsuccess = () => {
      // Another tab may bring a newer layout: let it, instead of holding it up.
      opening.result.onversionchange = () => {
        opening.result.close()
      }
      resolve(opening.result)
    }
    opening.onerror = () => {
      reject(opening.error ?? new Error('indexedDB'))
    }
  })
}

export function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result)
    }
    request.onerror = () => {
      reject(request.error ?? new Error('indexedDB'))
    }
  })
}

/** Resolves when the transaction is on the disk, not when its requests were answered. */
export function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve()
    }
    transaction.onabort = () => {
      reject(transaction.error ?? new Error('indexedDB'))
    }
  })
}

export function writing(db: IDBDatabase, stores: string[]): IDBTransaction {
  return db.transaction(stores, 'readwrite', { durability: 'strict' })
}
