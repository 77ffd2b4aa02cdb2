/** This device's own time, only for how long ago something reached it. */
import { onScopeDispose, shallowRef } from 'vue'
import type { Ref } from 'vue'

const wall = shallowRef(Date.now())
let users = 0
let timer: ReturnType<typeof setInterval> | null = null

export function useWall(): Readonly<Ref<number>> {
  users++
  wall.value = Date.now()
  timer ??= setInterval(() => {
    wall.value = Date.now()
  }, 1000)
  onScopeDispose(() => {
    if (--users === 0 && timer !== null) {
      clearInterval(timer)
      timer = null
    }
  })
  return wall
}
