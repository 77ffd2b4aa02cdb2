/** What the drawing panel holds: which drawings there are, where a new one goes, and every command with its way back. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import type { Geometry } from 'geojson'
import { useAct } from '@/desk/act'
import type { Act } from '@/desk/act'
import { say } from '@/i18n'
import { label } from '@/i18n/label'
import { useSession } from '@/session/session'
import { toast } from '@/shell/toast'
import { isSpooled } from '@/wire/command'
import type { Answer } from '@/wire/command'
import type { Drawing, DrawingStyle } from '@/wire/objects'
import { useDrawingGround } from './ground'
import { kindOf } from './kinds'
import { Deeds } from './undo'
import type { Deed } from './undo'

/** A drawing before it is one, or the changes of one that is. */
export interface Draft {
  id: string | null
  expect: number
  kind: string
  geometry: Geometry
  name: string
  symbol: string | null
  style: Partial<DrawingStyle>
  /** It was said that it is meant to reach beyond the city. */
  outside: boolean
}

export interface DrawingBoard {
  act: Act
  /** Of the selected incident, or else the board's own. */
  listed: ComputedRef<Drawing[]>
  shown: ComputedRef<Drawing[]>
  hidden: Ref<Set<string>>
  /** These, and no others, are hidden on this desk. */
  hide: (ids: Iterable<string>) => void
  chosenId: Ref<string | null>
  chosen: ComputedRef<Drawing | null>
  draft: ShallowRef<Draft | null>
  /** The drawing under the draft was changed by somebody else meanwhile. */
  overtaken: ComputedRef<Drawing | null>
  /** Draw in the selected incident, or on the board. */
  onIncident: ComputedRef<boolean>
  stream: ComputedRef<string>
  save: () => Promise<boolean>
  remove: (drawing: Drawing) => Promise<void>
  restore: (id: string, expect: number, version: number, deleted: boolean) => Promise<boolean>
  undo: () => Promise<void>
  redo: () => Promise<void>
  canUndo: ComputedRef<boolean>
  canRedo: ComputedRef<boolean>
}

export function useDrawingBoard(): DrawingBoard {
  const ground = useDrawingGround()
  const session = useSession()
  const act = useAct()
  /** Of undo and redo: they wait for one another, not for a form. */
  const back = useAct()
  const hidden = ref(new Set<string>())
  const chosenId = ref<string | null>(null)
  const draft = shallowRef<Draft | null>(null)
  const deeds = reactive(new Deeds()) as Deeds

  const ofBoard = computed(() => Object.values(ground.board?.picture.value?.drawings ?? {}))
  const ofIncident = computed(() => Object.values(ground.incident.picture.value?.drawings ?? {}))
  const onIncident = computed(() => ground.incidentId.value !== null && ground.open.value)
  const stream = computed(() => (ground.incidentId.value ? `incident:${ground.incidentId.value}` : ground.boardStream.value))
  const all = computed(() => new Map([...ofBoard.value, ...ofIncident.value].map((one) => [one.id, one])))
  const newestFirst = (a: Drawing, b: Drawing) => b.changed_at.localeCompare(a.changed_at)
  const listed = computed(() => (ground.incidentId.value ? [...ofIncident.value] : ofBoard.value.filter((one) => one.incident_id === null)).sort(newestFirst))
  const shown = computed(() => [...all.value.values()].filter((one) => !hidden.value.has(one.id) && one.id !== draft.value?.id))
  const chosen = computed(() => (chosenId.value ? (all.value.get(chosenId.value) ?? null) : null))
  const overtaken = computed(() => {
    const at = draft.value?.id ? all.value.get(draft.value.id) : undefined
    return at && draft.value && at.version !== draft.value.expect ? at : null
  })
  watch(ground.incidentId, () => { chosenId.value = null })

  const versionOf = (answer: Answer): number => (isSpooled(answer) ? 0 : Number(answer.result.version))

  async function save(): Promise<boolean> {
    const one = draft.value
    if (!one) return false
    const kind = kindOf(one.kind)
    const kept = all.value.get(one.id ?? '')
    const outside = one.outside ? { outside_region: true } : {}
    const style = Object.keys(one.style).length ? { style: one.style } : {}
    const what = one.id === null
      ? {
          ...(onIncident.value ? { incident_id: ground.incidentId.value } : { area_code: ground.boardStream.value.split(':')[1] ?? session.area.value }),
          drawing_kind: one.kind, geometry: one.geometry, ...(one.name ? { name: one.name } : {}), ...(kind?.shape === 'point' && one.symbol ? { symbol: one.symbol } : {}), ...style, ...outside,
        }
      : {
          drawing_id: one.id, expect: one.expect,
          ...(JSON.stringify(kept?.geometry) === JSON.stringify(one.geometry) ? {} : { geometry: one.geometry }),
          ...(kind?.shape === 'text' && !one.name ? {} : { name: one.name }), ...(kind?.shape === 'point' && one.symbol ? { symbol: one.symbol } : {}), ...style, ...outside,
        }
    const answer = await act.send(one.id === null ? 'drawing.draw' : 'drawing.change', stream.value, what)
    if (!answer) return false
    const id = one.id ?? answer.id
    if (versionOf(answer)) {
      did({ id, stream: stream.value, from: one.id === null ? null : one.expect, to: versionOf(answer), at: versionOf(answer) }, say(one.id === null ? 'drawing.drawn' : 'drawing.changed', { kind: label(kind) }))
    }
    draft.value = null
    chosenId.value = id
    return true
  }

  async function remove(drawing: Drawing): Promise<void> {
    const answer = await act.send('drawing.delete', stream.value, { drawing_id: drawing.id, expect: drawing.version }, { loud: true })
    if (!answer || !versionOf(answer)) return
    did({ id: drawing.id, stream: stream.value, from: drawing.version, to: null, at: versionOf(answer) }, say('drawing.deleted', { kind: label(drawing, 'kind') }))
    chosenId.value = null
  }

  async function restore(id: string, expect: number, version: number, deleted: boolean): Promise<boolean> {
    const answer = await act.send('drawing.restore', stream.value, { drawing_id: id, expect, version }, { loud: true })
    if (!answer || !versionOf(answer)) return false
    did({ id, stream: stream.value, from: deleted ? null : expect, to: version, at: versionOf(answer) }, say('drawing.restored', { n: version }))
    chosenId.value = id
    return true
  }

  /** It can be taken back from the message that says so, or with Ctrl+Z. */
  function did(deed: Deed, words: string): void {
    deeds.add(deed)
    toast(words, { undo: () => void inTurn(() => step(deeds.undoingOf(deed), true)) })
  }

  async function step(next: ReturnType<Deeds['undoing']>, undoing: boolean): Promise<void> {
    if (!next) return
    const answer = await back.send(next.wanted.kind, next.deed.stream, next.wanted.data, { loud: true })
    if (!answer) {
      // Somebody else has changed or closed it since: this way back is gone; a lost line keeps it.
      if (back.problem.value && back.problem.value.status >= 400 && back.problem.value.status < 500) deeds.drop(next.deed)
      return
    }
    if (undoing) deeds.undid(next.deed, versionOf(answer))
    else deeds.redid(next.deed, versionOf(answer))
    toast(say(undoing ? 'drawing.undone' : 'drawing.redone'), { tone: 'told' })
  }

  let turn = Promise.resolve()
  /** Keys that are pressed faster than the centre answers are carried out one after the other. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    turn = turn.then(work, work)
    return turn
  }
  const undo = () => inTurn(() => step(deeds.undoing(), true))
  const redo = () => inTurn(() => step(deeds.redoing(), false))

  return {
    act, listed, shown, hidden, hide: (ids) => { hidden.value = new Set(ids) }, chosenId, chosen, draft, overtaken, onIncident, stream, save, remove, restore, undo, redo,
    canUndo: computed(() => deeds.done.length > 0),
    canRedo: computed(() => deeds.undone.length > 0),
  }
}
