/** Requests to the platform. Every error is a Problem (RFC 9457) whose detail is a sentence in the reader's language. */
import { currentLocale } from '@/i18n/locale'
import type { ProblemFields } from './frames'

/** Statuses of this client (0: no answer) and of what stands in between: the server itself has not spoken. */
const SILENCE: ReadonlySet<number> = new Set([0, 502, 503, 504])

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly field: string | null
  /** Everything the server said, extensions included. */
  readonly facts: Record<string, unknown>

  constructor(fields: ProblemFields) {
    super(fields.detail || fields.title || fields.code)
    this.name = 'Problem'
    this.status = fields.status
    this.code = fields.code
    this.title = fields.title
    this.detail = fields.detail
    this.field = fields.field ?? null
    this.facts = fields
  }

  /** The server is there and cannot read its database: it has kept nothing of what was sent. */
  get databaseAway(): boolean {
    return this.code === 'database_away'
  }

  /** Nothing was heard from the server: it may or may not have acted. */
  get unheard(): boolean {
    return !this.databaseAway && SILENCE.has(this.status)
  }
}

const SENTENCES = {
  network: {
    zh: '连不上指挥中心服务器，请检查网络。输入的内容还在，可以再试一次。',
    en: 'The command centre’s server cannot be reached. Check the network; what you typed is kept, try again.',
  },
  unreadable: {
    zh: '服务器的回答无法读懂，请再试一次。',
    en: 'The server’s answer could not be read. Try again.',
  },
}

export function networkProblem(): Problem {
  return new Problem({ status: 0, code: 'network', title: 'Network', detail: SENTENCES.network[currentLocale()] })
}

const signedOut = new Set<() => void>()

/** Called when the server says that nobody is signed in any more. */
export function onSignedOut(call: () => void): void {
  signedOut.add(call)
}

async function problemOf(answer: globalThis.Response): Promise<Problem> {
  const fallback = SENTENCES.unreadable[currentLocale()]
  const told = (await answer.json().catch(() => ({}))) as Partial<ProblemFields>
  return new Problem({ title: answer.statusText, code: `http_${answer.status}`, detail: fallback, ...told, status: answer.status })
}

/** What a request that got no answer throws: its own abort when it was given up, else that the server cannot be reached. */
function broken(cause: unknown, signal: AbortSignal | null | undefined): unknown {
  return cause instanceof DOMException && cause.name === 'AbortError' && signal?.aborted ? cause : networkProblem()
}

export async function request<T>(method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': currentLocale() }
  if (body !== undefined) headers['content-type'] = 'application/json'
  let answer: globalThis.Response
  try {
    answer = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      ...init,
      headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
      body: body === undefined ? init.body : JSON.stringify(body),
    })
  } catch (cause) {
    throw broken(cause, init.signal)
  }
  if (!answer.ok) {
    const problem = await problemOf(answer)
    if (problem.status === 401 && !path.startsWith('/api/session')) for (const call of signedOut) call()
    throw problem
  }
  if (answer.status === 204) return undefined as T
  try {
    return (await answer.json()) as T
  } catch (cause) {
    if (init.signal?.aborted) throw broken(cause, init.signal) // given up, or its time was up, while the answer came in
    throw new Problem({ status: answer.status, code: 'unreadable', title: '', detail: SENTENCES.unreadable[currentLocale()] })
  }
}

export function get<T>(path: string, init?: RequestInit): Promise<T> {
  return request<T>('GET', path, undefined, init)
}

export function post<T>(path: string, body: unknown, init?: RequestInit): Promise<T> {
  return request<T>('POST', path, body, init)
}

export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  return new Problem({ status: -1, code: 'client', title: '', detail: String(thrown) })
}
