/** Orders as a tree of wholes and parts, and what a waiting one waits for. Pure. */
import type { Task } from '@/wire/objects'

export interface Branch<T> {
  readonly one: T
  /** 0: no part of another one that is shown. */
  readonly depth: number
}

/** The rows in their order, each followed by its parts in theirs. A part whose whole is not among the rows stands alone. */
export function asTree<T extends { readonly task: Task }>(rows: readonly T[]): Branch<T>[] {
  const shown = new Set(rows.map((row) => row.task.id))
  const parts = new Map<string, T[]>()
  for (const row of rows) {
    const whole = row.task.parent_id
    if (whole !== null && shown.has(whole)) parts.set(whole, [...(parts.get(whole) ?? []), row])
  }
  const found: Branch<T>[] = []
  const add = (row: T, depth: number): void => {
    found.push({ one: row, depth })
    for (const part of parts.get(row.task.id) ?? []) add(part, depth + 1)
  }
  for (const row of rows) if (row.task.parent_id === null || !shown.has(row.task.parent_id)) add(row, 0)
  return found
}

/** The parts of an order, in the order of their numbers. */
export function partsOf(task: Task, tasks: Readonly<Record<string, Task>>): Task[] {
  return Object.values(tasks)
    .filter((one) => one.parent_id === task.id)
    .sort((a, b) => a.no.localeCompare(b.no))
}

export function isOver(task: Task): boolean {
  return task.state === 'closed' || task.state === 'cancelled'
}

/** What a waiting order still waits for. A cancelled one is never closed: a person must decide. */
export function waitsFor(task: Task, tasks: Readonly<Record<string, Task>>): Task[] {
  if (task.state !== 'waiting') return []
  return task.after.map((id) => tasks[id]).filter((one): one is Task => one !== undefined && one.state !== 'closed')
}

/** `R03` or `R03-1` of `S530927-20261124-001-R03-1`: enough beside the incident that it belongs to. */
export function shortNo(no: string): string {
  const at = no.lastIndexOf('-R')
  return at < 0 ? no : no.slice(at + 1)
}

/** Kinds of evidence that the files at hand do not cover; words are always there. */
export function lacking(wanted: Task['evidence'], mediaTypes: readonly string[]): Task['evidence'] {
  const photo = mediaTypes.some((one) => one.startsWith('image/') || one.startsWith('video/'))
  const file = mediaTypes.some((one) => !/^(image|video|audio)\//.test(one))
  return wanted.filter((kind) => (kind === 'photo' && !photo) || (kind === 'file' && !file))
}
