/** The one way to change anything: POST /api/commands, with an id of our own so that asking twice changes nothing twice. */
import { realmNow } from '@/time/clock'
import { asProblem, post } from './api'
import { newId } from './identifier'

export interface Answer {
  id: string
  at: string
  facts: { stream: string; seq: number }[]
  result: Record<string, unknown>
}

export interface SendOptions {
  /** When it happened, ISO 8601; now on the realm's clock unless told. */
  occurredAt?: string
  /** The command's id; give the same one to repeat a command whose answer was lost. */
  id?: string
}

const PAUSES = [400, 1000, 2500, 5000]

/** Carry out a command. Throws Problem. Repeats the same id while the server is not heard. */
export async function sendCommand(
  kind: string,
  stream: string,
  data: Record<string, unknown>,
  options: SendOptions = {},
): Promise<Answer> {
  const envelope = {
    id: options.id ?? newId(),
    kind,
    stream,
    occurred_at: options.occurredAt ?? new Date(realmNow()).toISOString(),
    data,
  }
  for (let attempt = 0; ; attempt++) {
    try {
      return await post<Answer>('/api/commands', envelope)
    } catch (thrown) {
      const problem = asProblem(thrown)
      const pause = PAUSES[attempt]
      if (!problem.unheard || pause === undefined) throw problem
      await new Promise((resolve) => setTimeout(resolve, pause * (0.75 + Math.random() / 2)))
    }
  }
}
