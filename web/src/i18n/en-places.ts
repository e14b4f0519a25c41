/** Words of pasted places and of the terrain profile. */
import type { zhPlaces } from './zh-places'

export const enPlaces: Record<keyof typeof zhPlaces, string> = {
  'pasted.none': 'No place in “{q}”. Paste a map link of AMap, Baidu, Tencent, Apple or Google, or the coordinates of one point.',
  'pasted.outside': 'outside this city',
  'pin.label': 'Pasted place',
  'pin.take': 'Remove the pin',
  'profile.title': 'Terrain profile',
  'profile.show': 'Terrain along the line',
  'profile.close': 'Close the profile',
  'profile.loading': 'Reading the terrain…',
  'profile.missing': 'No terrain has been loaded for this city, so there is no profile. Ask the administrator to load a height raster (GeoTIFF) under Data · Layers.',
  'profile.unknown': 'There is no terrain data anywhere along this line.',
  'profile.gap': 'no terrain',
  'profile.climb': 'climbs {a}, descends {b}',
  'profile.source': '{source}, {age}, cells of {cell}',
  'profile.undated': 'date unknown',
  'profile.step': 'sampled every {v}',
  'profile.scale': 'heights × {n}',
  'profile.here': 'At {at}: height {height}, slope {slope}',
  'profile.here.gap': 'At {at}: no terrain',
  'profile.height': 'height, m',
  'profile.hint': 'Move along the chart, or use ← → to read it point by point',
  'keys.profile': 'Terrain along the line',
}
