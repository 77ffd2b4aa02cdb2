/** The outbox's way to the centre over HTTP: files piece by piece with `offset`, then the command that names them. */
import { envelopeOf, type HeldFile, type Item, type Refusal } from './item'
import type { Answer, Carrier, UploadAnswer } from './sender'

const PIECE_BYTES = 128 * 1024
const PATIENCE_MS = 20_000

interface ProblemBody {
  readonly code?: string
  readonly detail?: string
  readonly title?: string
  readonly field?: string | null
  readonly received?: number
  readonly now?: string
}

/** Also without an answer: a busy or broken centre may take the same command later, so the item stays pending. */
const TRY_AGAIN = new Set([408, 425, 429])

export function carrierOver(locale: () => string, ask: typeof fetch = (...args) => fetch(...args)): Carrier {
  const request = (url: string, init: RequestInit): Promise<Response | null> =>
    ask(url, {
      ...init,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { 'Accept-Language': locale(), ...init.headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => null)

  return {
    async upload(file, content): Promise<UploadAnswer> {
      const url = `/api/files/${file.hash}`
      const head = await request(url, { method: 'HEAD' })
      if (head === null || head.status >= 500) return { is: 'no_answer' }
      if (head.status === 401) return { is: 'signed_out' }
      if (head.headers.get('Upload-Complete') === '1') return { is: 'holds', received: file.size }
      const offset = Number(head.headers.get('Upload-Offset') ?? '0')
      const query = new URLSearchParams({ offset: String(offset), total: String(file.size), name: file.name })
      const put = await request(`${url}?${query.toString()}`, {
        method: 'PUT',
        body: content.slice(offset, offset + PIECE_BYTES),
        headers: { 'Content-Type': 'application/octet-stream' },
      })
      if (put === null) return { is: 'no_answer' }
      if (put.status === 202) return { is: 'holds', received: heldSoFar(await bodyOf(put), file) }
      if (put.ok) return { is: 'holds', received: file.size }
      if (put.status === 409) return { is: 'holds', received: heldSoFar(await bodyOf(put), file) }
      return failed(put)
    },

    async send(item): Promise<Answer> {
      const post = await request('/api/commands', {
        method: 'POST',
        body: JSON.stringify(envelopeOf(item)),
        headers: { 'Content-Type': 'application/json' },
      })
      if (post === null) return { is: 'no_answer' }
      if (!post.ok) return refusedOr(post, item)
      const answer = (await post.json().catch(() => null)) as { id?: string; at?: string; spooled?: boolean } | null
      if (answer?.id !== item.id) return { is: 'no_answer' }
      const at = answer.at ?? item.occurredAt
      return post.status === 202 || answer.spooled === true ? { is: 'spooled', at } : { is: 'received', at }
    },
  }
}

/** A file counts as held only when the centre says that it is complete, even if every byte is there. */
function heldSoFar(body: ProblemBody, file: HeldFile): number {
  return Math.min(body.received ?? 0, file.size - 1)
}

async function refusedOr(response: Response, item: Item): Promise<Answer> {
  const body = await bodyOf(response)
  if (body.code === 'time_in_future' && body.now !== undefined) return { is: 'clock_ahead', now: body.now }
  return certain(response, body) ?? { is: 'refused', refusal: refusalOf(response, body, item.kind) }
}

async function failed(response: Response): Promise<UploadAnswer> {
  const body = await bodyOf(response)
  return certain(response, body) ?? { is: 'refused', refusal: refusalOf(response, body, 'file') }
}

function certain(response: Response, body: ProblemBody): { is: 'signed_out' } | { is: 'no_answer' } | null {
  if (response.status === 401) return { is: 'signed_out' }
  if (response.status >= 500 || TRY_AGAIN.has(response.status)) return { is: 'no_answer' }
  // A page in the way (a captive portal, a proxy) is not the centre's refusal.
  return body.code === undefined ? { is: 'no_answer' } : null
}

function refusalOf(response: Response, body: ProblemBody, what: string): Refusal {
  const refusal: Refusal = { code: body.code ?? String(response.status), detail: body.detail ?? body.title ?? what }
  return body.field ? { ...refusal, field: body.field } : refusal
}

async function bodyOf(response: Response): Promise<ProblemBody> {
  if (response.headers.get('Content-Type')?.includes('json') !== true) return {}
  return (await response.json().catch(() => ({}))) as ProblemBody
}
