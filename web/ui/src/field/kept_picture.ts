/** The last picture the centre gave, kept on the phone so that the screen opens without a signal, with its age. */
import type { ClockReading, Picture, RealmTitle } from '@/wire/objects'
import { asked, done, KEPT, writing } from '@/outbox/database'

export interface KeptPicture {
  readonly name: 'picture'
  readonly stream: string
  readonly picture: Picture
  /** The phone's clock in ms when the centre was last heard. */
  readonly heardAt: number
}

/** Who was signed in, in which realm, and how the realm's clock stood to the phone's: what a start without a signal needs. */
export interface KeptSession {
  readonly name: 'session'
  readonly account: { readonly id: string; readonly name: string }
  readonly unit: string
  readonly realm: RealmTitle
  readonly clock: ClockReading | null
  /** The phone's clock in ms when `clock` was read. */
  readonly clockReadAt: number
}

type Kept = KeptPicture | KeptSession

export async function keep(db: IDBDatabase, kept: Kept): Promise<void> {
  const transaction = writing(db, [KEPT])
  // Through JSON: what the screen holds are reactive proxies, which the database cannot clone.
  transaction.objectStore(KEPT).put(JSON.parse(JSON.stringify(kept)) as Kept)
  await done(transaction)
}

export async function keptPicture(db: IDBDatabase, stream: string): Promise<KeptPicture | null> {
  const found = await asked(db.transaction(KEPT).objectStore(KEPT).get('picture') as IDBRequest<KeptPicture | undefined>)
  return found !== undefined && found.stream === stream ? found : null
}

export async function keptSession(db: IDBDatabase): Promise<KeptSession | null> {
  const found = await asked(db.transaction(KEPT).objectStore(KEPT).get('session') as IDBRequest<KeptSession | undefined>)
  return found ?? null
}

/** After signing out nothing of the unit's orders stays on the phone; what waits to be sent does. */
export async function forgetKept(db: IDBDatabase): Promise<void> {
  const transaction = writing(db, [KEPT])
  transaction.objectStore(KEPT).clear()
  await done(transaction)
}
