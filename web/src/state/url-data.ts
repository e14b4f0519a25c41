/** Where somebody is among the data pages, as a part of the address. */
export const DATA_TABS = ['layers', 'packs', 'people', 'companies', 'tokens', 'audit'] as const
export type DataTab = (typeof DATA_TABS)[number]
export const LAYER_VIEWS = ['quality', 'history', 'diff', 'load'] as const
export type LayerView = (typeof LAYER_VIEWS)[number]

export interface DataPlace {
  tab: DataTab
  /** A layer's name, or a pack's id. */
  item: string | null
  view: LayerView
  /** Two deliveries, or the pack to compare with. */
  older: string
  newer: string
  field: string
  q: string
  who: string
  action: string
  since: string
  until: string
}

export const noData = (tab: DataTab = 'layers'): DataPlace => ({ tab, item: null, view: 'quality', older: '', newer: '', field: '', q: '', who: '', action: '', since: '', until: '' })

const TEXTS = ['older', 'newer', 'field', 'q', 'who', 'action', 'since', 'until'] as const

export function putData(data: DataPlace, put: (key: string, value: string | null) => void): void {
  put('tab', data.tab === 'layers' ? null : data.tab)
  put('item', data.item)
  put('view', data.view === 'quality' ? null : data.view)
  for (const key of TEXTS) put(key, data[key])
}

export function readData(said: URLSearchParams): DataPlace {
  const out = noData(DATA_TABS.find((tab) => tab === said.get('tab')) ?? 'layers')
  out.item = said.get('item') || null
  out.view = LAYER_VIEWS.find((view) => view === said.get('view')) ?? 'quality'
  for (const key of TEXTS) out[key] = said.get(key) ?? ''
  return out
}
