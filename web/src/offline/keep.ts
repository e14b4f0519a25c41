/** Has the guests' page kept by its worker, where the browser lets it: in a private window, or where the certificate is not
 * trusted, the room works and only opening it anew without a network does not. */

const WORKER = '/offline.js'

/** At the door, so that what the room loads afterwards passes the worker once and need not be asked for twice. */
export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  try {
    await navigator.serviceWorker.register(WORKER, { scope: '/s/' })
    const { active } = await navigator.serviceWorker.ready
    const assets = performance.getEntriesByType('resource').map((one) => new URL(one.name)).filter((url) => url.origin === location.origin && url.pathname.startsWith('/assets/'))
    active?.postMessage({ op: 'keep', assets: assets.map((url) => url.pathname) })
  } catch (error) {
    console.info('offline', error)
  }
}

/** Who was taken out of the room, or whose link ended, leaves nothing of it on the device. */
export async function forgetPage(): Promise<void> {
  const kept = await navigator.serviceWorker?.getRegistration('/s/').catch(() => undefined)
  kept?.active?.postMessage({ op: 'forget' })
}
