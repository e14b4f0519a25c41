/** Keeping the map in step with the store: switches, chosen line, stretches. */
import type { FilterSpecification, GeoJSONSource, Map as MapLibre } from 'maplibre-gl'
import type { FeatureCollection } from 'geojson'
import type { Room } from '../state/url'
import { isBackground, isOn } from './switches'
import { overPhoto, pipeOpacity } from './style-ground'
import { UTILITIES } from './palette'

type Switched = Record<string, boolean>

/** The switch that a style layer obeys: its source's name, but for labels of roads and the like the same. */
const switchOf = (source: string): string => isBackground(source) ? source.replace(/\.names$/, '') : (source === 'job' ? 'routes' : source === 'pipe_squares' ? 'pipes' : source)
const OBEYING = ['roads', 'road_surfaces', 'highways', 'green', 'trees', 'heritage', 'planning', 'events', 'districts', 'pipes', 'pipe_points', 'pipe_squares', 'satellite', 'terrain', 'routes', 'job']

/** Rooms that show proposed lines with their verdicts. */
const JUDGING: readonly Room[] = ['map', 'review', 'survey']
/** What belongs to the verdicts steps back while joint digs are shown, and the other way round. */
const OF_MAP = ['routes', 'job', 'chosen', 'stretches', 'badges', 'versions', 'table-lines', 'table-points', 'table-snap']

export function applySwitches(map: MapLibre, switched: Switched, hasJob: boolean, room: Room): void {
  const photo = isOn('satellite', switched) || map.getStyle().layers.some(({ id }) => isBackground(id) && isOn(switchOf(id), switched))
  for (const layer of map.getStyle().layers) {
    if (!('source' in layer)) continue
    if (OF_MAP.includes(layer.source) && !OBEYING.includes(layer.source)) map.setLayoutProperty(layer.id, 'visibility', JUDGING.includes(room) ? 'visible' : 'none')
    if (!OBEYING.includes(layer.source) && !isBackground(layer.source)) continue
    // While a file's results are shown, the stored routes step back so that the two are not taken for one.
    const shown = isOn(switchOf(layer.source), switched) && !(layer.source === 'pipe_points' && !isOn('pipes', switched)) && !(hasJob && layer.source === 'routes') && !(!JUDGING.includes(room) && OF_MAP.includes(layer.source))
    map.setLayoutProperty(layer.id, 'visibility', shown ? 'visible' : 'none')
    // Existing pipes have the colours of the works: they step back where works are what is shown.
    if (layer.id === 'pipes') map.setPaintProperty(layer.id, 'line-opacity', pipeOpacity(room === 'digs' ? 0.35 : 1))
    if (overPhoto(layer.id) && (layer.type === 'line' || layer.type === 'fill')) {
      map.setPaintProperty(layer.id, `${layer.type}-opacity`, photo ? 0.25 : 1)
    }
  }
  for (const id of ['pipes', 'pipe-points']) if (map.getLayer(id)) map.setFilter(id, pipeFilter(switched))
}

function pipeFilter(switched: Switched): FilterSpecification | null {
  const hidden = UTILITIES.filter((u) => !isOn(`pipes.${u}`, switched))
  return hidden.length ? ['!', ['in', ['coalesce', ['get', 'utility'], 'other'], ['literal', hidden as unknown as string[]]]] : null
}

export function setData(map: MapLibre, source: string, data: FeatureCollection): void {
  ;(map.getSource(source) as GeoJSONSource | undefined)?.setData(data)
}
