/** The app on the phone: its shell stored by the service worker, so that it opens without a signal, and its place on the home screen. */
import { shallowRef } from 'vue'

/** no: this address is not https · wait: being stored · ready · failed */
export const offlineState = shallowRef<'no' | 'wait' | 'ready' | 'failed'>('no')

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>
}

/** Set while the browser offers to put the app on the home screen. */
export const installPrompt = shallowRef<InstallPrompt | null>(null)

const SCOPE = '/field'

export function installApp(): void {
  linkManifest()
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    installPrompt.value = event as InstallPrompt
  })
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker
  if (workers === undefined) return
  offlineState.value = 'wait'
  workers.addEventListener('message', (event: MessageEvent<{ kept?: boolean }>) => {
    if (event.data.kept !== undefined) offlineState.value = event.data.kept ? 'ready' : 'failed'
  })
  // A shell that lies here already is good enough to say so while the newest one is being stored.
  void caches.match(SCOPE, { ignoreVary: true }).then((shell) => {
    if (shell !== undefined) offlineState.value = 'ready'
  })
  workers
    .register('/field-worker.js', { scope: SCOPE })
    .then(activeOf)
    .then((worker) => {
      if (navigator.onLine) worker.postMessage({ keep: shellOf() })
    })
    .catch(() => {
      offlineState.value = 'failed'
    })
}

/** Not `ready`: that never comes on a page that was opened outside the scope, at the sign-in screen. */
function activeOf(registration: ServiceWorkerRegistration): Promise<ServiceWorker> {
  return new Promise((resolve, reject) => {
    if (registration.active !== null) {
      resolve(registration.active)
      return
    }
    const coming = registration.installing ?? registration.waiting
    coming?.addEventListener('statechange', () => {
      if (coming.state === 'activated') resolve(coming)
      else if (coming.state === 'redundant') reject(new Error('the worker was not installed'))
    })
  })
}

/** Everything this page was made of: the worker stores exactly the files that belong to this build. */
function shellOf(): string[] {
  const loaded = performance.getEntriesByType('resource').map((entry) => entry.name)
  const named = [...document.querySelectorAll<HTMLScriptElement>('script[src]')].map((script) => script.src)
  const linked = [...document.querySelectorAll<HTMLLinkElement>('link[href]')].map((link) => link.href)
  const own = [...loaded, ...named, ...linked].filter((address) => {
    const url = new URL(address)
    return url.origin === location.origin && !url.pathname.startsWith('/api') && !url.pathname.startsWith('/tiles')
  })
  return [...new Set(own)]
}

function linkManifest(): void {
  for (const [rel, href] of [
    ['manifest', '/field.webmanifest'],
    ['apple-touch-icon', '/icons/field-180.png'],
  ] as const) {
    if (document.querySelector(`link[rel="${rel}"]`) !== null) continue
    const link = document.createElement('link')
    link.rel = rel
    link.href = href
    document.head.append(link)
  }
}
