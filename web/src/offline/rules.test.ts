import { expect, test } from 'vitest'
import { GUEST_PATH } from '../state/url'
import { isFresh, isOut, SHELL, STALE_MS, wayOf } from './rules'

test('of pages only the one without a secret is kept', () => {
  expect(SHELL).toBe(GUEST_PATH)
  expect(wayOf('GET', 'navigate', SHELL)).toBe('shell')
  for (const path of ['/s/aSecretOfALink', '/s/', '/', '/survey', '/invite/x']) expect(wayOf('GET', 'navigate', path), path).toBeNull()
})

test('what the room says and shows is kept; what is written, photos and everything of the house is not', () => {
  for (const path of ['/api/guest', '/api/guest/ground', '/api/guest/checklist', '/api/guest/events', '/api/guest/way']) {
    expect(wayOf('GET', 'cors', path), path).toBe('told')
    expect(wayOf('POST', 'cors', path), path).toBeNull()
  }
  expect(wayOf('GET', 'cors', '/api/guest/tiles/roads/14/1/2.mvt')).toBe('tile')
  expect(wayOf('GET', 'no-cors', '/assets/index-abc.js')).toBe('asset')
  for (const path of ['/api/guest/files/3', '/api/guest/enter', '/api/surveys/1', '/tiles/pipes/14/1/2.mvt', '/api/session', '/offline.js']) expect(wayOf('GET', 'cors', path), path).toBeNull()
})

test('a dead link forgets, a busy server does not', () => {
  expect([401, 404].map((status) => isOut('/api/guest', status))).toEqual([true, true])
  expect([200, 429, 500, 503].map((status) => isOut('/api/guest', status))).toEqual([false, false, false, false])
  expect(isOut('/api/guest/way', 404)).toBe(false) // no way to a site that has none
})

test('both sides of the hours that a room is kept', () => {
  const now = 1_800_000_000_000
  expect(isFresh(String(now - STALE_MS + 1), now)).toBe(true)
  expect(isFresh(String(now - STALE_MS), now)).toBe(false)
  expect(isFresh(null, now)).toBe(false)
  expect(isFresh(String(now + 1), now)).toBe(false) // a clock that was set back
})
