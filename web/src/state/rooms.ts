/** Going from one place of the page to another. */
import { letGo } from './dig-hand'
import { openDigs } from './digs'
import { openReview } from './review'
import { place } from './store'
import { followSurvey } from './survey'
import type { Room } from './url'

/** The places of the top bar, in order. */
export const PLACES = ['map', 'review', 'digs', 'survey', 'data'] as const satisfies readonly Room[]

export function enter(room: Room): void {
  if (place.room === room) return
  letGo()
  place.room = room
  if (room === 'digs') void openDigs()
  if (room === 'review') void openReview()
  if (room === 'survey') void followSurvey()
}
