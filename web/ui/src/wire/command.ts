/** The one way to change anything: POST /api/commands, with an id of our own so that asking twice changes nothing twice. */
import { realmNow } from '@/time/clock'
import { asProblem, post } from './api'
import { newId } from './identifier'

export interface Receipt {
  id: string
  at: string
  facts: { stream: string; seq: number }[]
  result: Record<string, unknown>
}

/** HTTP 202: the centre keeps the command on its disk until its database is back. It is not in the record, and may still be refused. */
export interface Spooled {
  id: string
  at: string
  spooled: true
}

export type Answer = Receipt | Spooled

export function isSpooled(answer: Answer): answer is Spooled {
  return 'spooled' in answer
}

export interface CommandEnvelope {
  id: string
  kind: string
  stream: string
  occurred_at: string
  data: Record<string, unknown>
}

export interface SendOptions {
  /** When it happened, ISO 8601; now on the realm's clock unless told. */
  occurredAt?: string
  /** The command's id; give the same one to repeat a command whose answer was lost. */
  id?: string
}

const PAUSES = [400, 1000, 2500, 5000]

/**
 * Carry out a command. Throws Problem. Repeats the same id while the server is not heard; a server that cannot read its database
 * says so at once, and that is passed on at once.
 */
export async function sendCommand(
  kind: string,
  stream: string,
  data: Record<string, unknown>,
  options: SendOptions = {},
): Promise<Answer> {
  const envelope: CommandEnvelope = {
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
