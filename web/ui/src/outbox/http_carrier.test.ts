import { describe, expect, it } from 'vitest'
import { carrierOver } from './http_carrier'
import { itemOf, type Item } from './item'

const FILE = { hash: 'd'.repeat(64), name: '路面塌方.jpg', mediaType: 'image/jpeg', size: 300_000, received: 0 }
const CONTENT = new Blob([new Uint8Array(FILE.size)])

function item(): Item {
  return itemOf(
    { id: 'x', kind: 'unit.note', stream: 'unit:u1', occurredAt: '2026-03-01T00:00:00.000Z', tappedAt: 0, data: { text: '' }, files: [] },
    { account: 'a', realm: 'live' },
    1,
  )
}

interface Asked {
  url: string
  method: string
  size: number
}

function centre(...answers: (Response | Error)[]): { ask: typeof fetch; asked: Asked[] } {
  const asked: Asked[] = []
  const ask = ((url: string, init: RequestInit) => {
    asked.push({ url, method: init.method ?? 'GET', size: init.body instanceof Blob ? init.body.size : 0 })
    const answer = answers.shift()
    if (answer === undefined || answer instanceof Error) return Promise.reject(answer ?? new Error('not expected'))
    return Promise.resolve(answer)
  }) as typeof fetch
  return { ask, asked }
}

const json = (status: number, body: unknown, type = 'application/json'): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } })
const problem = (status: number, body: object): Response => json(status, body, 'application/problem+json')
const held = (complete: '0' | '1', offset: number): Response =>
  new Response(null, { headers: { 'Upload-Complete': complete, 'Upload-Offset': String(offset) } })

describe('uploading a file', () => {
  it('goes on where the centre stopped hearing', async () => {
    const { ask, asked } = centre(held('0', 131_072), json(202, { received: 262_144 }))
    expect(await carrierOver(() => 'zh', ask).upload(FILE, CONTENT)).toEqual({ is: 'holds', received: 262_144 })
    expect(asked[1]).toMatchObject({ method: 'PUT', size: 131_072 })
    expect(asked[1]?.url).toContain('offset=131072&total=300000&name=%E8%B7%AF')
  })

  it('sends an empty last part when every byte arrived but the file was never closed', async () => {
    const { ask, asked } = centre(held('0', FILE.size), json(201, { hash: FILE.hash }))
    expect(await carrierOver(() => 'zh', ask).upload(FILE, CONTENT)).toEqual({ is: 'holds', received: FILE.size })
    expect(asked[1]).toMatchObject({ method: 'PUT', size: 0 })
  })

  it('sends nothing when the centre has it already', async () => {
    const { ask, asked } = centre(held('1', 12))
    expect(await carrierOver(() => 'zh', ask).upload(FILE, CONTENT)).toEqual({ is: 'holds', received: FILE.size })
    expect(asked).toHaveLength(1)
  })

  it('joins on again after a gap', async () => {
    const { ask } = centre(held('0', 200_000), problem(409, { code: 'upload_gap', received: 100 }))
    expect(await carrierOver(() => 'zh', ask).upload(FILE, CONTENT)).toEqual({ is: 'holds', received: 100 })
  })

  it('tells why a file is not taken', async () => {
    const { ask } = centre(held('0', 0), problem(415, { code: 'file_type', detail: '只接受照片。' }))
    expect(await carrierOver(() => 'zh', ask).upload(FILE, CONTENT)).toEqual({
      is: 'refused',
      refusal: { code: 'file_type', detail: '只接受照片。' },
    })
  })
})

describe('sending a command', () => {
  it.each([
    ['no signal', new TypeError('Failed to fetch')],
    ['the database is away', problem(503, { code: 'database_away', detail: '…' })],
    ['too many requests', problem(429, { code: 'too_many', detail: '…' })],
    ['a login page of the guest network', new Response('<html>', { status: 403, headers: { 'Content-Type': 'text/html' } })],
    ['a login page that says 200', new Response('<html>', { status: 200, headers: { 'Content-Type': 'text/html' } })],
  ])('keeps it pending: %s', async (_name, answer) => {
    expect(await carrierOver(() => 'zh', centre(answer).ask).send(item())).toEqual({ is: 'no_answer' })
  })

  it('hears the receipt, the refusal, the wrong clock and the ended session', async () => {
    const send = (answer: Response): Promise<unknown> => carrierOver(() => 'zh', centre(answer).ask).send(item())
    expect(await send(json(200, { id: 'x', at: 'then', facts: [] }))).toEqual({ is: 'received', at: 'then' })
    expect(await send(json(202, { id: 'x', spooled: true, at: 'then' }))).toEqual({ is: 'spooled', at: 'then' })
    expect(await send(json(202, { id: 'another', spooled: true, at: 'then' }))).toEqual({ is: 'no_answer' })
    expect(await send(problem(422, { code: 'too_long', detail: '太长。', field: 'data.text' }))).toEqual({
      is: 'refused',
      refusal: { code: 'too_long', detail: '太长。', field: 'data.text' },
    })
    expect(await send(problem(409, { code: 'task_transition', detail: '任务已办结。' }))).toEqual({
      is: 'refused',
      refusal: { code: 'task_transition', detail: '任务已办结。' },
    })
    expect(await send(problem(422, { code: 'time_in_future', now: 'n' }))).toEqual({ is: 'clock_ahead', now: 'n' })
    expect(await send(problem(401, { code: 'signed_out' }))).toEqual({ is: 'signed_out' })
  })
})
