/** The units that conclude in a survey: each utility by its company, each office by its role. */
import { computed } from 'vue'
import type { Participant } from '../api/survey'
import { words } from '../i18n'
import { offices } from '../state/person'
import { kinds, survey } from '../state/survey'
import { journal } from './room'
import { conclusionsOf } from './timeline'

export const unitOf = (one: Participant): string => one.company ?? one.role
export const unitName = (unit: string): string => words(offices.value?.roles[unit]?.title) || unit
/** Roles whose units conclude in this kind of survey. */
export const concluding = computed(() => new Set(kinds.value.find((one) => one.kind === survey.value?.kind)?.units))
export const units = computed(() => [...new Set((survey.value?.participants ?? []).filter((one) => !one.removed_at && concluding.value.has(one.role)).map(unitOf))])
export const said = computed(() => conclusionsOf(journal.value))
export const silent = computed(() => units.value.filter((unit) => !said.value.has(unit)))
