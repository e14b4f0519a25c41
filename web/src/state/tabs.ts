/** Which tabs of the map's panel there are for who is signed in. */
import { computed } from 'vue'
import { may } from './person'
import { place } from './store'
import type { Tab } from './url'

const NEEDS: Partial<Record<Tab, string>> = { draw: 'judge', batch: 'judge' }

export const allowed = (tab: Tab): boolean => !NEEDS[tab] || may(NEEDS[tab])

/** The tab of the address; a link to one that is not for them opens the list. */
export const tabNow = computed<Tab>(() => (allowed(place.tab) ? place.tab : 'routes'))
