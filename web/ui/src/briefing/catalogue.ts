/** The names that pictures do not carry: figures with their units, departments, and which step an order may take. Asked once per page. */
import { computed, shallowRef, type ComputedRef } from 'vue'
import { label } from '@/i18n/label'
import { locale } from '@/i18n/locale'
import { get } from '@/wire/api'

interface Named {
  readonly key?: string
  readonly code?: string
  readonly [field: string]: unknown
}

interface Answer {
  readonly metrics?: readonly Named[]
  readonly departments?: readonly Named[]
  readonly transitions?: { readonly task?: { readonly actions?: Readonly<Record<string, { moves?: Readonly<Record<string, string>> }>> } }
}

const answer = shallowRef<Answer | null>(null)
const failed = shallowRef(false)
let asking: Promise<void> | null = null

function ask(): void {
  if (answer.value !== null) return
  asking ??= get<Answer>('/api/catalogue')
    .then((found) => {
      answer.value = found
      failed.value = false
    })
    .catch(() => {
      failed.value = true
    })
    .finally(() => {
      asking = null
    })
}

function named(all: readonly Named[] | undefined, key: string): Named | undefined {
  return all?.find((one) => (one.key ?? one.code) === key)
}

export interface Names {
  /** Until the catalogue has come, the key stands for the name: a figure without a name is better than no figure. */
  metric(key: string): string
  unit(key: string): string
  department(code: string): string
  readonly departments: ComputedRef<readonly { code: string; name: string }[]>
  /** Action → states it moves on; null while not known. */
  readonly moves: ComputedRef<Readonly<Record<string, readonly string[]>> | null>
}

export function useNames(): Names {
  ask()
  const nameOf = (one: Named | undefined): string => label(one) || label(one, 'name')
  return {
    metric: (key) => nameOf(named(answer.value?.metrics, key)) || key,
    unit: (key) => {
      const one = named(answer.value?.metrics, key)
      const unit = one?.[`unit_${locale.value}`]
      return typeof unit === 'string' ? unit : ''
    },
    department: (code) => nameOf(named(answer.value?.departments, code)) || code,
    departments: computed(() =>
      (answer.value?.departments ?? []).map((one) => ({ code: one.code ?? one.key ?? '', name: nameOf(one) })),
    ),
    moves: computed(() => {
      const actions = answer.value?.transitions?.task?.actions
      if (actions === undefined) return null
      return Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, Object.keys(action.moves ?? {})]))
    }),
  }
}
