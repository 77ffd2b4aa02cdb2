/** What the drawing panel stands on, given by its screen: the incident or board that is drawn in, whose pictures, and what this person may draw. */
import { computed, inject } from 'vue'
import type { ComputedRef, InjectionKey } from 'vue'
import { useSession } from '@/session/session'
import type { Status } from '@/wire/frames'
import type { Drawing } from '@/wire/objects'
import type { Followed } from '@/wire/pictures'
import type { DrawingKind } from './kinds'

export interface DrawingGround {
  /** The incident that is looked at; null: the board itself. */
  incidentId: ComputedRef<string | null>
  /** It is open, so one may draw in it. */
  open: ComputedRef<boolean>
  title: ComputedRef<string>
  incident: Followed
  /** Null on a screen that has no board. */
  board: Followed | null
  boardStream: ComputedRef<string>
  /** Bring the map into view, where a screen shows one part at a time. */
  toMap: () => void
}

export const DRAWING_GROUND: InjectionKey<DrawingGround> = Symbol('drawing ground')

export function useDrawingGround(): DrawingGround {
  const found = inject(DRAWING_GROUND)
  if (!found) throw new Error('outside a screen that one draws on')
  return found
}

export function standingOf(ground: DrawingGround): ComputedRef<{ status: Status; heardAt: number }> {
  return computed(() => {
    const followed = ground.incidentId.value || !ground.board ? ground.incident : ground.board
    return { status: followed.status.value, heardAt: followed.lastHeardAt.value }
  })
}

export interface MayDraw {
  anything: ComputedRef<boolean>
  kind: (kind: DrawingKind) => boolean
  change: (drawing: Drawing) => boolean
}

/** As the server decides (`incidents/drawing.py`): by the roles that a kind names, and a department only what it drew itself. */
export function useMayDraw(ground: DrawingGround): MayDraw {
  const session = useSession()
  const anything = computed(() => session.can('drawing.draw') && (ground.incidentId.value === null ? ground.board !== null : ground.open.value))
  const roles = computed<string[]>(() => session.roles.value)
  const centre = computed(() => roles.value.some((role) => role === 'duty_officer' || role === 'leader'))
  return {
    anything,
    kind: (kind) => anything.value && (ground.incidentId.value === null || kind.who.some((role) => roles.value.includes(role))),
    change: (drawing) => anything.value && (centre.value || (drawing.department !== null && session.departments.value.includes(drawing.department))),
  }
}
