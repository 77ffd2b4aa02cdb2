/** What may be delegated, and telephone numbers: asked over HTTP, never folded. */
import { ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { asProblem, get } from '@/wire/api'

export interface HqRules {
  matters: { id: string; zh: string; en: string; levels: boolean; source: string | null }[]
  never: { id: string; zh: string; en: string; source: string | null }[]
  act_minutes: number
  call_minutes: number
  transfer_minutes: number
  delegation_hours_max: number
}

const held = shallowRef<HqRules | null>(null)

export function useHqRules(): ShallowRef<HqRules | null> {
  if (!held.value) {
    get<HqRules>('/api/headquarters/rules').then((told) => { held.value = told }, () => undefined)
  }
  return held
}

export interface Numbers {
  [person: string]: { phone: string | null; mobile: string | null }
}

/** Numbers of who sits in it; `failed` when they could not be asked, so that "none" is never said of "not known". */
export function useNumbers(incident: () => string | null, mark: () => unknown): { numbers: ShallowRef<Numbers | null>; failed: Ref<string> } {
  const numbers = shallowRef<Numbers | null>(null)
  const failed = ref('')
  let turn = 0
  watch([incident, mark], async () => {
    const id = incident()
    const mine = ++turn
    if (!id) return
    try {
      const told = await get<{ numbers: Numbers }>(`/api/incidents/${id}/headquarters/numbers`)
      if (mine === turn) {
        numbers.value = told.numbers
        failed.value = ''
      }
    } catch (thrown) {
      if (mine === turn) failed.value = asProblem(thrown).detail
    }
  }, { immediate: true })
  return { numbers, failed }
}
