/** A value that stays the same object while its content does: a map is not pulled back to where it was by every new fact. */
import { shallowRef, watch, type ShallowRef } from 'vue'

export function steady<T>(source: () => T): Readonly<ShallowRef<T>> {
  const held = shallowRef<T>(source())
  watch(source, (next) => {
    if (JSON.stringify(next) !== JSON.stringify(held.value)) held.value = next
  })
  return held
}
