/** The map as a picture for paper: drawn once more, out of sight, at the paper's size and some 220 dots an inch. */
import { Map as MapLibre } from 'maplibre-gl'
import { asGuest } from '../map/create'
import { CJK_FONTS } from '../map/style-labels'
import type { Box } from '../api/types'
import { t } from '../i18n'
import type { Printable } from '../state/print'
import { px, zoomOf, type Size } from './papers'

const SHARPER = 2.3
const PATIENCE_MS = 120_000

export interface Drawn {
  /** Address of the picture, to be revoked by who shows it. */
  address: string
  bounds: Box
  /** What is on it: layers, and of some their kinds. */
  sources: Set<string>
  outcomes: Set<string>
  utilities: Set<string>
}

/** Draws until all of it is there. `given_up`: nobody waits for this picture any more, and its map makes room for the next one. */
export async function drawMap(from: Printable, scale: number, size: Size, given_up: AbortSignal): Promise<Drawn> {
  given_up.throwIfAborted()
  const box = document.createElement('div')
  box.className = 'print-drawing'
  box.style.width = `${px(size.width)}px`
  box.style.height = `${px(size.height)}px`
  document.body.append(box)
  const map = new MapLibre({
    container: box, style: from.style, center: from.centre, zoom: zoomOf(scale, from.centre[1]), maxZoom: 24, pixelRatio: SHARPER, interactive: false,
    transformRequest: asGuest, attributionControl: false, fadeDuration: 0, localIdeographFontFamily: CJK_FONTS, canvasContextAttributes: { preserveDrawingBuffer: true },
  })
  let slow: ReturnType<typeof setTimeout> | undefined
  try {
    await new Promise<void>((done, failed) => {
      map.once('idle', () => done())
      given_up.addEventListener('abort', () => failed(given_up.reason), { once: true })
      slow = setTimeout(() => failed(new Error(t('print.slow', { s: PATIENCE_MS / 1000 }))), PATIENCE_MS)
    })
    given_up.throwIfAborted()
    const picture = await new Promise<Blob | null>((done) => map.getCanvas().toBlob(done, 'image/png'))
    if (!picture) throw new Error(t('print.nopicture'))
    return { address: URL.createObjectURL(picture), bounds: map.getBounds().toArray().flat() as unknown as Box, ...shownOn(map) }
  } finally {
    clearTimeout(slow)
    map.remove()
    box.remove()
  }
}

function shownOn(map: MapLibre): Pick<Drawn, 'sources' | 'outcomes' | 'utilities'> {
  const found = { sources: new Set<string>(), outcomes: new Set<string>(), utilities: new Set<string>() }
  for (const one of map.queryRenderedFeatures()) {
    found.sources.add(one.source)
    if (one.source === 'routes' || one.source === 'job') found.outcomes.add(String(one.properties.outcome ?? 'undetermined'))
    if (one.source === 'pipes') found.utilities.add(String(one.properties.utility ?? 'other'))
  }
  for (const layer of map.getStyle().layers) if (layer.type === 'raster' && layer.layout?.visibility !== 'none') found.sources.add(layer.source)
  return found
}
