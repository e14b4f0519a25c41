/** The guests' worker: a phone at a site that opens its page again without a network finds the room as it last was, with the map
 * that it has seen. What it says waits in the outbox. Only the guests' page is kept (`/s/room`), by this browser alone. */
import { isFresh, isOut, MOST_TILES, SHELL, wayOf, type Way } from './rules'

/** What TypeScript's own words for a page leave out of a worker. */
interface Extendable extends Event { waitUntil: (work: Promise<unknown>) => void }
interface Asked extends Extendable { request: Request; respondWith: (answer: Promise<Response>) => void }
interface Told extends Extendable { data: { op: 'keep'; assets: string[] } | { op: 'forget' } }
interface Worker_ {
  skipWaiting: () => Promise<void>
  clients: { claim: () => Promise<void> }
  addEventListener: ((kind: 'install' | 'activate', to: (event: Extendable) => void) => void) & ((kind: 'fetch', to: (event: Asked) => void) => void) & ((kind: 'message', to: (event: Told) => void) => void)
}
const worker = self as unknown as Worker_

const [ROOM, TILES] = ['waixian-guest-room-1', 'waixian-guest-tiles-1']
const KEPT_AT = 'x-waixian-kept-at'
/** A line that is there and answers nothing is no line. */
const PATIENCE_MS = 8_000

worker.addEventListener('install', (event) => event.waitUntil(worker.skipWaiting()))
worker.addEventListener('activate', (event) => event.waitUntil(tidy().then(() => worker.clients.claim())))
worker.addEventListener('message', (event) => event.waitUntil(event.data.op === 'forget' ? forget() : keepPage(event.data.assets)))
worker.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  const way = url.origin === location.origin ? wayOf(event.request.method, event.request.mode, url.pathname) : null
  if (way) event.respondWith(ANSWERS[way](event.request, url))
})

const ANSWERS: Record<Way, (asked: Request, url: URL) => Promise<Response>> = {
  shell: () => fromLine(new Request(SHELL), SHELL), // what navigates cannot be asked for with a limit of time
  told: (asked, url) => fromLine(asked, asked.url, (answer) => (isOut(url.pathname, answer.status) ? forget() : undefined)),
  asset: (asked) => fromKept(ROOM, asked),
  // A tile with its version never changes; without one it is asked for again as long as there is a line.
  tile: (asked, url) => (url.searchParams.has('v') ? fromKept(TILES, asked) : fromLine(asked, asked.url, undefined, TILES)),
}

/** The line first; what was kept where there is none. */
async function fromLine(asked: Request, key: string, seen?: (answer: Response) => Promise<unknown> | undefined, name = ROOM): Promise<Response> {
  const cache = await caches.open(name)
  try {
    const answer = await fetch(asked, { signal: AbortSignal.timeout(PATIENCE_MS) })
    await seen?.(answer)
    if (answer.ok) await keep(cache, key, answer.clone())
    return answer
  } catch (error) {
    const kept = await cache.match(key)
    if (kept && isFresh(kept.headers.get(KEPT_AT), Date.now())) return kept
    throw error
  }
}

async function fromKept(name: string, asked: Request): Promise<Response> {
  const cache = await caches.open(name)
  const kept = await cache.match(asked)
  if (kept) return kept
  const answer = await fetch(asked)
  if (answer.ok) await keep(cache, asked.url, answer.clone())
  if (name === TILES) await thin(cache)
  return answer
}

/** A full disk keeps nothing and stops nobody. */
async function keep(cache: Cache, key: string, answer: Response): Promise<void> {
  const headers = new Headers(answer.headers)
  headers.set(KEPT_AT, String(Date.now()))
  await cache.put(key, new Response(await answer.blob(), { status: answer.status, headers })).catch(() => undefined)
}

/** The page and the files that it was made of before this worker was there; they come from the browser's own store. */
async function keepPage(assets: string[]): Promise<void> {
  const cache = await caches.open(ROOM)
  for (const address of [SHELL, ...assets]) {
    const answer = await fetch(address).catch(() => null)
    if (answer?.ok) await keep(cache, address, answer)
  }
}

async function thin(cache: Cache): Promise<void> {
  const all = await cache.keys()
  await Promise.all(all.slice(0, Math.max(0, all.length - MOST_TILES)).map((old) => cache.delete(old)))
}

async function tidy(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith('waixian-guest') && name !== ROOM && name !== TILES)
  await Promise.all(old.map((name) => caches.delete(name)))
}

const forget = async (): Promise<void> => { await Promise.all([ROOM, TILES].map((name) => caches.delete(name))) }
