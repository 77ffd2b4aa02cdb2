/**
 * Rows of the layer tree that bring their own component, because they are more than a switch: choices of a base map, settings of a relief.
 * One line here puts a row at the end of its group, or into the group `ground`, which is shown as soon as it has one. The component is a
 * `<li>` that is drawn inside the group's list and reads and keeps what it needs by itself; `title_zh`/`title_en` are what the filter finds.
 */
import type { Component } from 'vue'
import type { GroupId } from './rows'

export interface OwnRow {
  id: string
  title_zh: string
  title_en: string
  component: Component
}

export const OWN_ROWS: Record<GroupId | 'ground', OwnRow[]> = {
  live: [],
  city: [],
  reference: [],
  ground: [],
}
