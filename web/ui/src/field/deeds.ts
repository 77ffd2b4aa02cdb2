/** What a crew can do, as commands: the same for a deed that goes out at once and one that waits for a signal. */
import { newId } from '@/wire/identifier'
import type { HelpKind, UnitStatus } from '@/wire/objects'
import type { Draft, Json } from '@/outbox/item'
import { sha256 } from '@/outbox/sha256'
import { usableFix, type Fix } from './position'

export interface Here {
  readonly unit: string
  /** The order that is open on the screen; null when the unit has none. */
  readonly task: string | null
  /** Realm time of the tap in ms. */
  readonly realmNow: number
  readonly fix: Fix | null
}

export interface Evidence {
  readonly blob: Blob
  readonly name: string
  readonly mediaType: string
}

export interface Deed {
  readonly draft: Draft
  readonly contents: ReadonlyMap<string, Blob>
}

function deed(here: Here, kind: string, data: Record<string, Json>): Deed {
  return { draft: draftOf(here, kind, data, []), contents: new Map() }
}

function draftOf(here: Here, kind: string, data: Record<string, Json>, files: Draft['files']): Draft {
  return {
    id: newId(),
    kind,
    stream: `unit:${here.unit}`,
    occurredAt: new Date(here.realmNow).toISOString(),
    tappedAt: Date.now(),
    data,
    files,
  }
}

async function withFiles(here: Here, kind: string, data: Record<string, Json>, evidence: readonly Evidence[]): Promise<Deed> {
  const contents = new Map<string, Blob>()
  const files: Draft['files'][number][] = []
  for (const { blob, name, mediaType } of evidence) {
    const hash = await sha256(blob)
    if (contents.has(hash)) continue
    contents.set(hash, blob)
    files.push({ hash, name, mediaType, size: blob.size })
  }
  return { draft: draftOf(here, kind, data, files), contents }
}

function whichTask(here: Here): Record<string, Json> {
  return here.task === null ? {} : { task_id: here.task }
}

function where(here: Here): Record<string, Json> {
  const fix = usableFix(here.fix, Date.now())
  return fix === null ? {} : { point: { lon: fix.lon, lat: fix.lat, origin: 'WGS84' } }
}

export const sign = (here: Here, task: string): Deed => deed(here, 'task.sign', { task_id: task })

export const start = (here: Here, task: string): Deed => deed(here, 'task.start', { task_id: task })

export const status = (here: Here, to: UnitStatus): Deed => deed(here, 'unit.status', { unit_id: here.unit, status: to })

export const arrive = (here: Here): Deed =>
  deed(here, 'unit.arrive', { unit_id: here.unit, ...whichTask(here), ...where(here) })

export const needHelp = (here: Here, kinds: readonly HelpKind[], text: string): Deed =>
  deed(here, 'unit.need_help', {
    unit_id: here.unit,
    ...whichTask(here),
    kinds: [...kinds],
    ...(text === '' ? {} : { text }),
    ...where(here),
  })

export const note = (here: Here, text: string, evidence: readonly Evidence[]): Promise<Deed> =>
  withFiles(here, 'unit.note', { unit_id: here.unit, ...whichTask(here), text, ...where(here) }, evidence)

export const progress = (here: Here, task: string, text: string, evidence: readonly Evidence[]): Promise<Deed> =>
  withFiles(here, 'task.progress', { task_id: task, text }, evidence)

export const submit = (here: Here, task: string, text: string, evidence: readonly Evidence[]): Promise<Deed> =>
  withFiles(here, 'task.submit', { task_id: task, text }, evidence)
