/** The desk as ground to draw on: the selected incident, or the board of this desk's area. */
import { computed } from 'vue'
import type { DrawingGround } from '@/drawing/ground'
import type { Desk } from './desk'

export function deskGround(desk: Desk): DrawingGround {
  return {
    incidentId: desk.incidentId,
    open: computed(() => desk.head.value?.status === 'open'),
    title: computed(() => desk.head.value?.title ?? ''),
    incident: desk.incident,
    board: desk.board,
    boardStream: desk.stream,
    toMap: () => { desk.part.value = 'map' },
  }
}
