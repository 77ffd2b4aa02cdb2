/** Which step an order may take, from the rules that the city wrote down; null while they are not known. */
import { computed, type ComputedRef } from 'vue'
import { useCatalogue } from '@/catalogue/catalogue'
import type { Moves } from './orders'

type Actions = Readonly<Record<string, { readonly moves?: Readonly<Record<string, string>> }>>

export function useMoves(): ComputedRef<Moves | null> {
  const { catalogue } = useCatalogue()
  return computed(() => {
    const actions = catalogue.value?.task_actions as Actions | undefined
    if (actions === undefined) return null
    return Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, Object.keys(action.moves ?? {})]))
  })
}
