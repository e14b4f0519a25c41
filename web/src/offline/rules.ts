/** What the guests' worker does with a request: pure, so that it can be tried without a browser. */

/** Where a guest's page is once the secret of their link has left the address: the only page that is kept. */
export const SHELL = '/s/room'
/** Beyond this a room that was kept is not told any more: the survey is over by then, and the device may be somebody else's. */
export const STALE_MS = 12 * 3_600_000
export const MOST_TILES = 600

/** `shell`: the page itself; `told`: what the room says of itself; `asset`: a file with its hash in its name; `tile`: of the map. */
export type Way = 'shell' | 'told' | 'asset' | 'tile'

const ROOM = '/api/guest'
const TOLD = [ROOM, `${ROOM}/ground`, `${ROOM}/checklist`, `${ROOM}/events`, `${ROOM}/way`]

/** null: not the worker's business. Nothing that is written, no photo and no link with its secret is ever kept. */
export function wayOf(method: string, mode: string, path: string): Way | null {
  if (method !== 'GET') return null
  if (mode === 'navigate') return path === SHELL ? 'shell' : null
  if (path.startsWith('/assets/')) return 'asset'
  if (path.startsWith(`${ROOM}/tiles/`)) return 'tile'
  return TOLD.includes(path) ? 'told' : null
}

/** Does this answer say that the guest is out? Then what was kept is forgotten. */
export const isOut = (path: string, status: number): boolean => path === ROOM && (status === 401 || status === 404)

export const isFresh = (kept_at: string | null, now: number): boolean => kept_at !== null && now - Number(kept_at) < STALE_MS && Number(kept_at) <= now
