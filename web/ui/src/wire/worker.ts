/** The Web Worker that owns the websocket, fetches snapshots and folds facts; the page only paints. */
import { Follower, type Effect, type Input } from './follower'
import type { Order, ProblemFields, ServerFrame, Snapshot, Word } from './frames'
import { joinPatches } from './paced'
import type { Patch } from './paced'

declare const self: DedicatedWorkerGlobalScope

let follower: Follower | null = null
let socket: WebSocket | null = null
let address = ''
let locale = 'zh'
let timer: ReturnType<typeof setInterval> | null = null
const following = new Map<string, boolean>()

const pending = new Map<string, Patch>()
let flushing: ReturnType<typeof setTimeout> | null = null

function flush(): void {
  if (flushing !== null) clearTimeout(flushing)
  flushing = null
  for (const patch of pending.values()) self.postMessage(patch)
  pending.clear()
}

/** Facts that come close together reach the page as one patch: a burst of two hundred repaints once. */
function say(word: Word): void {
  if (word.is !== 'patch') {
    flush()
    self.postMessage(word)
    return
  }
  const waiting = pending.get(word.stream)
  pending.set(word.stream, waiting ? joinPatches(waiting, word) : word)
  flushing ??= setTimeout(flush, 30)
}

function carry(effect: Effect): void {
  switch (effect.do) {
    case 'connect':
      connect()
      break
    case 'close':
      socket?.close()
      dropped(1006)
      break
    case 'send':
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(effect.frame))
      break
    case 'fetch':
      void fetchPicture(effect.stream)
      break
    case 'say':
      say(effect.word)
      break
  }
}

function tell(input: Input): void {
  if (!follower) return
  for (const effect of follower.step(input, Date.now())) carry(effect)
}

function connect(): void {
  const opening = new WebSocket(address)
  socket = opening
  opening.onopen = () => {
    if (socket === opening) tell({ is: 'opened' })
  }
  opening.onmessage = (message: MessageEvent<string>) => {
    if (socket === opening) tell({ is: 'frame', frame: JSON.parse(message.data) as ServerFrame })
  }
  opening.onclose = (closing) => {
    if (socket === opening) dropped(closing.code)
  }
}

function dropped(code: number): void {
  if (!socket) return
  socket = null
  tell({ is: 'closed', code })
}

async function fetchPicture(stream: string): Promise<void> {
  const asked = follower
  const stop = new AbortController()
  const limit = setTimeout(() => { stop.abort() }, 30_000)
  let input: Input
  try {
    const answer = await fetch(`/api/picture/${encodeURIComponent(stream)}`, {
      headers: { accept: 'application/json', 'accept-language': locale },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: stop.signal,
    })
    if (answer.ok) {
      input = { is: 'snapshot', snapshot: (await answer.json()) as Snapshot }
    } else {
      const told = (await answer.json().catch(() => ({}))) as Partial<ProblemFields>
      input = { is: 'snapshot_failed', stream, problem: { code: 'http', title: '', detail: '', ...told, status: answer.status } }
    }
  } catch {
    input = { is: 'snapshot_failed', stream, problem: { status: 0, code: 'network', title: '', detail: '' } }
  } finally {
    clearTimeout(limit)
  }
  if (follower === asked) tell(input)
}

function start(): void {
  stop()
  follower = new Follower(Math.random)
  timer = setInterval(() => { tell({ is: 'tick' }) }, 500)
  for (const [stream, telemetry] of following) tell({ is: 'follow', stream, telemetry })
}

function stop(): void {
  flush()
  if (timer !== null) clearInterval(timer)
  timer = null
  follower = null
  const closing = socket
  socket = null
  closing?.close(1000)
}

self.onmessage = (message: MessageEvent<Order>) => {
  const order = message.data
  switch (order.do) {
    case 'start':
      address = order.socket
      locale = order.locale
      start()
      break
    case 'stop':
      stop()
      break
    case 'locale':
      locale = order.locale
      break
    case 'follow':
      following.set(order.stream, order.telemetry)
      tell({ is: 'follow', stream: order.stream, telemetry: order.telemetry })
      break
    case 'unfollow':
      following.delete(order.stream)
      tell({ is: 'unfollow', stream: order.stream })
      break
    case 'present':
      tell({ is: 'present', incident: order.incident, view: order.view })
      break
  }
}
