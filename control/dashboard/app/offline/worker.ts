/// <reference lib="webworker" />
/**
 * Keeps the files of the dashboard, and nothing that the admin API answers, so that an installed application opens without a connection and
 * says so (W3C Service Workers). The page itself is asked of the network first: a new version shows at the next visit.
 */

/** Names of the files below `assets/`; the build writes them here. */
declare const ASSETS: readonly string[]

const worker = self as unknown as ServiceWorkerGlobalScope

const PREFIX = 'gatehouse '
const CACHE = PREFIX + ASSETS.join(' ')

const page = new URL('./', worker.registration.scope).href
const assets = ASSETS.map((name) => new URL(`assets/${name}`, page).href)

const install = async (): Promise<void> => {
  const cache = await caches.open(CACHE)
  await cache.addAll([page, new URL('app.webmanifest', page).href, ...assets])
}

/** Forgets the files of versions before, and serves the pages that are open. */
const activate = async (): Promise<void> => {
  const names = await caches.keys()
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(old.map(async (name) => await caches.delete(name)))
  await worker.clients.claim()
}

const fromCache = async (request: Request | string): Promise<Response | undefined> =>
  await caches.match(request, { ignoreSearch: true })

/** The page as the network has it, else as it was. */
const newest = async (request: Request): Promise<Response> => {
  try {
    const answer = await fetch(request)
    if (answer.ok) await (await caches.open(CACHE)).put(page, answer.clone())
    return answer
  } catch (error) {
    const kept = await fromCache(page)
    if (kept === undefined) throw error
    return kept
  }
}

worker.addEventListener('install', (event) => event.waitUntil(install()))
worker.addEventListener('activate', (event) => event.waitUntil(activate()))
worker.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const url = request.url.replace(/[?#].*$/, '')
  if (request.mode === 'navigate' && url === page) event.respondWith(newest(request))
  else if (assets.includes(url))
    event.respondWith(fromCache(request).then(async (kept) => kept ?? (await fetch(request))))
})
