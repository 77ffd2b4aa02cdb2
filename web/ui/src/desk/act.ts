/** Sending a command from a form or a button: busy while it runs, the refusal kept until it is mended. */
import { ref, shallowRef } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { say } from '@/i18n'
import type { Problem } from '@/wire/api'
import { asProblem } from '@/wire/api'
import { isSpooled, sendCommand } from '@/wire/command'
import type { Answer } from '@/wire/command'
import { newId } from '@/wire/identifier'
import { toast } from '@/shell/toast'

export interface Act {
  busy: Ref<boolean>
  problem: ShallowRef<Problem | null>
  /** Send; null when it was refused (the refusal is in `problem`). */
  send: (kind: string, stream: string, data: Record<string, unknown>, options?: ActOptions) => Promise<Answer | null>
  /** Do something that may be refused with a Problem: busy meanwhile; null when it was (the refusal is in `problem`). */
  attempt: <T>(work: () => Promise<T>) => Promise<T | null>
  /** The refusal's sentence when it is about this field. */
  refusal: (field: string) => string | null
  /** The refusal's sentence when it is about none of these fields. */
  other: (...fields: string[]) => string | null
  clear: () => void
}

export interface ActOptions {
  /** Said when it is done. */
  done?: string
  undo?: () => unknown
  occurredAt?: string
  /** Show a refusal as a toast: for buttons without a form. */
  loud?: boolean
}

/** `data.figures.dead` is about the field `figures`, `data.point.lon` about `point`. */
function fieldOf(problem: Problem): string {
  return (problem.field ?? '').replace(/^data\./, '').split('.')[0] ?? ''
}

export function useAct(): Act {
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)
  /** The same content sent again after a lost answer is the same command. */
  let last: { content: string; id: string } | null = null

  async function send(kind: string, stream: string, data: Record<string, unknown>, options: ActOptions = {}): Promise<Answer | null> {
    if (busy.value) return null
    busy.value = true
    problem.value = null
    const content = JSON.stringify([kind, stream, data])
    const id = last?.content === content ? last.id : newId()
    last = { content, id }
    try {
      const answer = await sendCommand(kind, stream, data, { id, occurredAt: options.occurredAt })
      last = null
      // Kept on the centre's disk is not done: it is not in the record yet, and cannot be taken back before it is.
      if (isSpooled(answer)) toast(say('shell.spooled'), { tone: 'kept' })
      else if (options.done) toast(options.done, { undo: options.undo })
      return answer
    } catch (thrown) {
      const refused = asProblem(thrown)
      if (!refused.unheard && !refused.databaseAway) last = null
      problem.value = refused
      if (options.loud) toast(refused.detail, { tone: 'refused' })
      return null
    } finally {
      busy.value = false
    }
  }

  async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
    if (busy.value) return null
    busy.value = true
    problem.value = null
    try {
      return await work()
    } catch (thrown) {
      problem.value = asProblem(thrown)
      return null
    } finally {
      busy.value = false
    }
  }

  return {
    busy,
    problem,
    send,
    attempt,
    refusal: (field) => (problem.value && fieldOf(problem.value) === field ? problem.value.detail : null),
    other: (...fields) => (problem.value && !fields.includes(fieldOf(problem.value)) ? problem.value.detail : null),
    clear: () => {
      problem.value = null
    },
  }
}
