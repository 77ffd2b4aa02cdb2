/*
 * Opens the field app without a signal. It keeps one whole build: the page is replaced only after every file that
 * belongs to it is stored, so that an old page never meets a new script. It keeps no data and sends nothing:
 * the outbox does that, on the page, where its state can be seen.
 */
const SHELF = 'fengsui-field-shell'
const PAGE = '/field'
const PATIENCE_MS = 3500
/** A stored file serves every request for its address, whatever headers a proxy says that it varies by. */
const STORED = { ignoreVary: true }

self.addEventListener('install', () => {
  self.skipWaiting()
})

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim())
})

self.addEventListener('message', (event) => {
  const files = event.data?.keep
  if (!Array.isArray(files)) return
  event.waitUntil(
    keepBuild(files).then(
      () => event.source?.postMessage({ kept: true }),
      () => event.source?.postMessage({ kept: false }),
    ),
  )
})

async function keepBuild(files) {
  const shelf = await caches.open(SHELF)
  const page = await fetch(PAGE, { cache: 'no-store', credentials: 'same-origin' })
  if (!page.ok) throw new Error(`page ${page.status}`)
  const text = await page.clone().text()
  const named = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((found) => new URL(found[1], location.origin).href)
  const wanted = new Set([...named, ...files].filter((address) => new URL(address).pathname !== PAGE))
  for (const address of wanted) {
    if ((await shelf.match(address, STORED)) !== undefined && isImmutable(address)) continue
    const answer = await fetch(address, { credentials: 'same-origin' })
    if (!answer.ok) throw new Error(`${address} ${answer.status}`)
    await shelf.put(address, answer)
  }
  await shelf.put(PAGE, page)
  for (const request of await shelf.keys()) {
    if (request.url !== new URL(PAGE, location.origin).href && !wanted.has(request.url)) await shelf.delete(request)
  }
}

/** Files of a build carry their content's hash in the name. */
function isImmutable(address) {
  return new URL(address).pathname.startsWith('/assets/')
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (request.mode === 'navigate') event.respondWith(pageFor(request))
  else if (url.pathname === '/api/session') event.respondWith(inTime(request))
  else if (!url.pathname.startsWith('/api') && !url.pathname.startsWith('/tiles')) event.respondWith(fileFor(request))
})

/** The newest page while there is a signal; on a dead or crawling one the stored page, within seconds. */
async function pageFor(request) {
  const stored = await caches.match(PAGE, STORED)
  if (stored === undefined) return fetch(request)
  try {
    const answer = await inTime(request)
    return answer.status >= 500 ? stored : answer
  } catch {
    return stored
  }
}

/** A signal too weak to answer must not keep the screen shut: after a few seconds it counts as none. */
function inTime(request) {
  return new Promise((resolve, reject) => {
    const bell = setTimeout(() => reject(new TypeError('no answer in time')), PATIENCE_MS)
    fetch(request).then(resolve, reject).finally(() => clearTimeout(bell))
  })
}

async function fileFor(request) {
  if (isImmutable(request.url)) {
    const stored = await caches.match(request, STORED)
    if (stored !== undefined) return stored
  }
  try {
    return await fetch(request)
  } catch (trouble) {
    const stored = await caches.match(request, STORED)
    if (stored !== undefined) return stored
    throw trouble
  }
}
