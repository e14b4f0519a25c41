import { describe, expect, test } from 'vitest'
import { addressOf, fromAddress, fromQuery, nowhere, pathOf, toQuery, type Place } from './url'

const full: Place = {
  ...nowhere(), lang: 'en', tab: 'draw', view: { zoom: 16.25, lat: 34.79701, lon: 114.30745 }, pin: [114.3074, 34.797], profile: true, route: '42', job: 'j-7', row: 3, outcomes: ['exempt', 'parallel'], q: '解放路 &=?#',
  switched: { satellite: true, pipes: false, 'pipes.gas': false }, legend: true, line: [[114.3000001, 34.7], [114.301, 34.7000002]], attributes: { utility: 'power', voltage_kv: '0.4', project: '示范 A/B' },
  site: [[114.3000001, 34.7]], proposal: { id: 17, old: 1, fresh: 3, draft: 18, state: 'under_review', sheet: [17, 4] },
}

describe('the address', () => {
  test('of the page as it opens is empty', () => expect(toQuery(nowhere())).toBe(''))

  test('brings everything back', () => expect(fromQuery(toQuery(full))).toEqual(full))

  test('survives a second trip unchanged', () => expect(toQuery(fromQuery(toQuery(full)))).toBe(toQuery(full)))

  test.each([
    ['?at=abc', 'view'], ['?at=12/95/114', 'view'], ['?at=12/34', 'view'], ['?tab=nowhere', 'tab'], ['?lang=fr', 'lang'], ['?row=x', 'row'], ['?line=114_34', 'line'], ['?line=a_b~c_d', 'line'], ['?proposal=-1', 'proposal'], ['?old=1.5&new=x', 'proposal'], ['?site=114.3', 'site'], ['?site=1_2~3_4', 'site'], ['?site=999_2', 'site'], ['?pin=114.3', 'pin'], ['?pin=200_34', 'pin'], ['?pin=a_b', 'pin'], ['?profile=yes', 'profile'],
  ] as [string, keyof Place][])('that makes no sense (%s) is left at its default', (query, key) => {
    expect(fromQuery(query)[key]).toEqual(nowhere()[key])
  })

  test('keeps eight decimals of a drawn line: a millimetre', () => {
    const [first] = fromQuery(toQuery({ ...nowhere(), line: [[114.123456784, 34.1], [114.2, 34.2]] })).line
    expect(Math.abs(first![0]! - 114.123456784)).toBeLessThanOrEqual(5.1e-9)
  })
})

const joint: Place = {
  ...nowhere('digs'), lang: 'zh', view: { zoom: 15, lat: 34.8, lon: 114.3 }, switched: { pipes: false },
  digs: { tab: 'score', plan: '0b2c-4', dig: 7, work: 'W-1#2', road: '东京大道', party: '示范燃气公司', state: 'asking', sort: 'days', folded: true },
}

const reviewing: Place = {
  ...nowhere('review'), lang: 'en', view: { zoom: 15, lat: 34.8, lon: 114.3 }, legend: true,
  review: {
    tab: 'tasks', route: 12, show: 'log', district: '古城区', authority: 'urban', outcomes: ['exempt', 'parallel'], state: 'decided', deadline: 'soon',
    flags: ['at_limit', 'sliced'], q: 'SF 1', sort: 'longest', asked: 'answered', mine: true,
  },
}

const surveying: Place = { ...nowhere('survey'), lang: 'zh', view: { zoom: 18, lat: 34.8, lon: 114.3 }, switched: { satellite: true }, survey: { id: 12, tab: 'people' } }

describe('each place of the page', () => {
  const there = (place: Place): Place => fromAddress(...(addressOf(place).split(/(?=\?)/) as [string, string]))

  test('has its own path', () => {
    expect([nowhere('review')].map(addressOf)).toEqual(['/review'])
    expect([nowhere(), nowhere('digs'), { ...nowhere('invite'), token: 'kx/9' }].map(pathOf)).toEqual(['/', '/digs', '/invite/kx%2F9'])
    expect(fromAddress('/elsewhere', '').room).toBe('map')
    expect(fromAddress('/invite', '').room).toBe('map')
  })

  test('brings everything back', () => {
    expect(there(joint)).toEqual(joint)
    expect(there(full)).toEqual(full)
    expect(there(reviewing)).toEqual(reviewing)
    expect(there(surveying)).toEqual(surveying)
    expect(there({ ...nowhere('invite'), token: 'kx_-9' })).toEqual({ ...nowhere('invite'), token: 'kx_-9' })
  })

  test('says nothing of the others', () => {
    expect(toQuery({ ...joint, route: '5', q: 'x' })).toBe(toQuery(joint))
    expect(toQuery({ ...full, digs: joint.digs })).toBe(toQuery(full))
    expect(addressOf(nowhere('digs'))).toBe('/digs')
  })

  test.each(['?dig=0', '?dig=-1', '?dig=1.5', '?dig=x', '?show=nowhere'])('reads %s as nothing', (query) => {
    expect(fromAddress('/digs', query)).toEqual(nowhere('digs'))
  })

  test.each(['?survey=0', '?survey=-1', '?survey=1.5', '?survey=x', '?survey=99999999999999999', '?show=nowhere'])('reads %s as no survey', (query) => {
    expect(fromAddress('/survey', query)).toEqual(nowhere('survey'))
  })

  test('reads a link that somebody broke', () => expect(fromAddress('/invite/%E4%B', '').token).toBe('%E4%B'))

  test('of a guest is kept without the secret that brought them', () => {
    const came = fromAddress('/s/q7-secret', '?lang=en&survey=3')
    expect(came).toEqual({ ...nowhere('guest'), lang: 'en', token: 'q7-secret' })
    expect(addressOf(came)).toBe('/s/room?lang=en')
    expect(fromAddress('/s/room', '').token).toBeNull()
  })
})
