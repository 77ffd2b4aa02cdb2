/** Where the outbox keeps its items: on the phone, durable before anything is sent. The sender knows only this shape. */
import type { Item } from './item'

export interface Shelf {
  items(): Promise<readonly Item[]>
  /** The item and the content of its files in one transaction: both are stored or neither is. */
  add(item: Item, contents: ReadonlyMap<string, Blob>): Promise<void>
  /** Replaces a stored item by what `change` makes of its present form; an item dismissed meanwhile stays away. */
  change(id: string, change: (item: Item) => Item): Promise<Item | null>
  replace(id: string, by: Item): Promise<void>
  /** Removes an item of which `when` holds now; anything else stays. */
  remove(id: string, when: (item: Item) => boolean): Promise<void>
  content(hash: string): Promise<Blob | null>
  /** Lets go of old received items and of file contents that no item needs any more, in one transaction with reading them. */
  tidy(): Promise<void>
}
