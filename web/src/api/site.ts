/** What the page asks about a site. */
import type { Geometry, Position } from 'geojson'
import { writePoints } from '../state/url-site'
import { query, send } from './client'
import type { SiteJudged, SiteLines } from './site-types'

const geometryOf = (site: readonly Position[]): Geometry =>
  site.length === 1 ? { type: 'Point', coordinates: site[0]! } : { type: 'Polygon', coordinates: [[...site, site[0]!]] }

export const judgeSite = (site: readonly Position[], signal?: AbortSignal): Promise<SiteJudged> =>
  send('POST', '/api/site-judgements', { geometry: geometryOf(site) }, signal)
export const linesToSite = (site: readonly Position[], signal?: AbortSignal): Promise<SiteLines> =>
  send('POST', '/api/site-judgements/lines', { geometry: geometryOf(site) }, signal)
/** The address of the judgement on paper. */
export const siteSheet = (site: readonly Position[], lang: string): string => `/api/site-judgements/sheet${query({ site: writePoints(site), lang })}`
