import { beforeEach, describe, expect, test } from 'vitest'
import type { Position } from 'geojson'
import { length_m } from '../util/geo'
import { place } from '../state/store'
import * as table from '../state/table'
import { History } from './history'
import { apart_m, grown, join, nearest, shifted, sideOf, split, without } from './lines'
import { choose, mercator, shape, type Shape, type SnapPart } from './snap'
import { between } from './stretch'

const HOME: Position = [114.3, 34.796]
/** A point so many metres east and north of home. */
const at = (east: number, north: number): Position => shifted(HOME, east, north)
const M = mercator(at(0, 0))
/** A metre in the plane. */
const metre = Math.hypot(mercator(at(1, 0))[0] - M[0], mercator(at(1, 0))[1] - M[1])

describe('lines', () => {
  const bent = [at(0, 0), at(100, 0), at(100, 50)]

  test('a split and a join add up to the line that was', () => {
    const spot = nearest(bent, at(40, 3))!
    expect(spot.away_m).toBeCloseTo(3, 2)
    const [a, b] = split(bent, spot)!
    expect(length_m(a)).toBeCloseTo(40, 2)
    expect(length_m(a) + length_m(b)).toBeCloseTo(length_m(bent), 3)
    for (const [one, two] of [[a, b], [[...a].reverse(), b], [a, [...b].reverse()], [[...a].reverse(), [...b].reverse()]]) {
      expect(length_m(join(one!, two!)!)).toBeCloseTo(length_m(bent), 3)
    }
    expect(split(bent, nearest(bent, at(0, 0))!)).toBeNull()
  })

  test('ends join up to a centimetre apart and no further', () => {
    const other = (gap: number): Position[] => [at(100, 50 + gap), at(100, 90)]
    expect(join(bent, other(0.009))).not.toBeNull()
    expect(join(bent, other(0.012))).toBeNull()
    expect(join(bent, [at(50, 0), at(50, 40)])).toBeNull()
  })

  test('growing at either end, and no point twice', () => {
    expect(grown(bent, [at(100, 50), at(90, 60)], false)).toHaveLength(4)
    const front = grown(bent, [at(-5, 0), at(-10, 0)], true)
    expect(apart_m(front[0]!, at(-10, 0))).toBeLessThan(0.002)
    expect(apart_m(front[2]!, bent[0]!)).toBeLessThan(0.002)
    expect(without([at(0, 0), at(1, 0)], 0)).toBeNull()
  })

  test('which side of a line the hand is on', () => {
    expect(sideOf(bent, at(50, 2))).toBe('left')
    expect(sideOf(bent, at(50, -2))).toBe('right')
    expect(sideOf(bent, at(98, 30))).toBe('left')
  })

  test('a step of 0.1 m is 0.1 m', () => {
    expect(apart_m(HOME, at(0.1, 0))).toBeCloseTo(0.1, 3)
    expect(apart_m(HOME, at(0, -1))).toBeCloseTo(1, 3)
  })
})

describe('snapping', () => {
  const pipe = shape('pipes', 'p1', [at(0, 0), at(50, 0), at(50, 50)], false)
  const kerb = shape('kerb', 'k1', [at(-20, 2), at(80, 2), at(80, 30), at(-20, 30), at(-20, 2)], true)
  const snapAt = (east: number, north: number, shapes: Shape[] = [pipe, kerb]): [string, SnapPart] | null => {
    const found = choose(shapes, mercator(at(east, north)), { vertex: 6 * metre, edge: 4 * metre })
    return found && [found.kind, found.part]
  }

  test('an end or corner beats an edge that is nearer', () => {
    expect(snapAt(4, 1.9)).toEqual(['pipes', 'end'])
    expect(snapAt(46, 1.9)).toEqual(['pipes', 'vertex'])
    expect(snapAt(20, 1.4)).toEqual(['kerb', 'edge'])
    expect(snapAt(20, 0.4)).toEqual(['pipes', 'edge'])
  })

  test('both sides of the reach', () => {
    expect(snapAt(-5.9, 0, [pipe])).toEqual(['pipes', 'end'])
    expect(snapAt(-6.2, 0, [pipe])).toBeNull()
    expect(snapAt(25, 3.9, [pipe])).toEqual(['pipes', 'edge'])
    expect(snapAt(25, 4.2, [pipe])).toBeNull()
  })

  test('a vertex is taken as it is, an edge at its foot; a ring has no end', () => {
    const found = choose([pipe], mercator(at(51, 1)), { vertex: 6 * metre, edge: 4 * metre })!
    expect(found.point).toBe(pipe.points[1])
    const foot = choose([pipe], mercator(at(25, 2)), { vertex: 6 * metre, edge: 4 * metre })!
    expect(apart_m(foot.point, at(25, 0))).toBeLessThan(0.01)
    expect(snapAt(-20, 3, [kerb])).toEqual(['kerb', 'vertex'])
  })

  test('of two corners the nearer one; of two at one place the end', () => {
    const end = shape('pipes', 'p2', [at(50, 0), at(90, -40)], false)
    expect(snapAt(51, 0, [pipe, end])).toEqual(['pipes', 'end'])
    expect(snapAt(51, 0, [end, pipe])).toEqual(['pipes', 'end'])
  })

  test('a manhole beats the end of the pipe at its place, an edge never beats a manhole, and the nearer of two places wins', () => {
    const well = shape('points', 'd1', [at(50, 0)], false)
    for (const some of [[pipe, well], [well, pipe]]) expect(snapAt(51, 0, some)).toEqual(['points', 'point'])
    expect(snapAt(20, 0.4, [pipe, shape('points', 'd2', [at(24, 0)], false)])).toEqual(['points', 'point'])
    expect(snapAt(0.5, 0, [pipe, shape('points', 'd3', [at(2, 0)], false)])).toEqual(['pipes', 'end'])
    expect(choose([well], mercator(at(51, 1)), { vertex: 6 * metre, edge: 4 * metre })).toMatchObject({ point: well.points[0], segment: 0, share: 0 })
    expect(snapAt(57, 0, [well])).toBeNull()
  })

  test('a stretch along one line, the short way round a ring, and over lines that meet', () => {
    const pick = (one: Shape, east: number, north: number): NonNullable<ReturnType<typeof choose>> => choose([one], mercator(at(east, north)), { vertex: 0.5 * metre, edge: 2 * metre })!
    expect(length_m(between(pick(pipe, 10, 0), pick(pipe, 50, 20), [])!)).toBeCloseTo(60, 1)
    expect(length_m(between(pick(pipe, 50, 20), pick(pipe, 10, 0), [])!)).toBeCloseTo(60, 1)
    const round = between(pick(kerb, -10, 2), pick(kerb, -20, 12), [])!
    expect(length_m(round)).toBeCloseTo(20, 1)
    expect(apart_m(round[0]!, at(-10, 2))).toBeLessThan(0.01)
    const [middle, last, apart] = [shape('pipes', 'm', [at(90, 50), at(50, 50)], false), shape('pipes', 'l', [at(90, 50), at(90, 90)], false), shape('pipes', 'x', [at(0, 80), at(9, 80)], false)]
    const over = between(pick(pipe, 50, 20), pick(last, 90, 70), [pipe, middle, last, apart])!
    expect(length_m(over)).toBeCloseTo(30 + 40 + 20, 1)
    expect(between(pick(pipe, 50, 20), pick(apart, 5, 80), [pipe, middle, last, apart])).toBeNull()
    expect(between(pick(pipe, 50, 20), pick(kerb, 10, 2), [pipe, kerb])).toBeNull()
  })
})

describe('the history', () => {
  test('back, forth, and a new step forgets what was taken back', () => {
    const history = new History(0, 3)
    for (const n of [1, 2, 3, 4]) history.push(n)
    expect([history.undo(), history.undo(), history.undo(), history.undo()]).toEqual([3, 2, 1, 1])
    expect(history.redo()).toBe(2)
    history.push(9)
    expect(history.canRedo).toBe(false)
    expect(history.undo()).toBe(2)
  })
})

describe('the table', () => {
  beforeEach(() => {
    table.clear()
    place.attributes = { utility: 'gas', route_id: 'G-1' }
  })
  const drawn = (...points: [number, number][]): void => {
    table.begin()
    for (const [east, north] of points) table.put(at(east, north))
    table.finish()
  }
  const lengths = (): number[] => table.sheet.value.lines.map((line) => Math.round(length_m([...line.points])))

  test('each point is a step back, then the finish, and forth again', () => {
    drawn([0, 0], [50, 0], [50, 30])
    expect(place.line).toHaveLength(3)
    table.undo()
    expect(table.phase.value).toBe('drawing')
    expect(place.line).toHaveLength(0)
    table.undo()
    expect(lengths()).toEqual([50])
    table.redo()
    table.redo()
    expect([table.phase.value, lengths()]).toEqual(['done', [80]])
  })

  test('split, join, reverse and both extensions keep the metres, and come back', () => {
    drawn([0, 0], [100, 0])
    table.splitAt(at(30, 0))
    expect(lengths()).toEqual([30, 70])
    expect(table.partner.value).toBe(1)
    table.joinNext()
    expect(lengths()).toEqual([100])
    table.reverse()
    expect(apart_m(table.current.value!.points[0]!, at(100, 0))).toBeLessThan(0.002)
    table.extend(true)
    table.put(at(120, 0))
    table.finish()
    table.extend(false)
    table.put(at(0, 10))
    table.finish()
    expect(lengths()).toEqual([130])
    for (let i = 0; i < 20; i++) table.undo()
    expect(lengths()).toEqual([])
    for (let i = 0; i < 20; i++) table.redo()
    expect(lengths()).toEqual([130])
  })

  test('what a line is for stays with it; a second line takes it over without the number', () => {
    drawn([0, 0], [50, 0])
    drawn([0, 20], [80, 20])
    expect(place.attributes).toEqual({ utility: 'gas' })
    place.attributes.utility = 'water'
    table.choose(0)
    expect(place.attributes).toEqual({ utility: 'gas', route_id: 'G-1' })
    expect([place.line.length, place.others, place.hand]).toEqual([2, [{ line: table.sheet.value.lines[1]!.points, attributes: { utility: 'water' } }], 0])
    table.drop(0)
    expect([lengths(), place.attributes]).toEqual([[80], { utility: 'water' }])
    table.undo()
    expect([lengths(), place.attributes.route_id]).toEqual([[50, 80], 'G-1'])
  })

  test('what the pen drew is dropped, and the line that was there stays', () => {
    drawn([0, 0], [50, 0])
    table.extend(false)
    table.put(at(60, 0))
    table.cancel()
    expect([table.phase.value, lengths()]).toEqual(['done', [50]])
    table.begin()
    table.put(at(0, 20))
    table.put(at(9, 20))
    table.cancel()
    expect([table.phase.value, lengths()]).toEqual(['done', [50]])
    table.cancel()
    expect([table.phase.value, lengths()]).toEqual(['idle', []])
    table.undo()
    expect(lengths()).toEqual([50])
  })

  test('the address gives the same table back', () => {
    drawn([0, 0], [50, 0])
    drawn([0, 20], [80, 20])
    drawn([0, 40], [90, 40])
    table.choose(1)
    const [line, others, hand] = [[...place.line], place.others.map((one) => ({ ...one })), place.hand]
    table.clear()
    Object.assign(place, { line, others, hand })
    table.layOut()
    expect([lengths(), table.sheet.value.at, table.can.undo]).toEqual([[50, 80, 90], 1, false])
  })

  test('a chosen vertex moves by its metres and may go, but never the last two', () => {
    drawn([0, 0], [50, 0], [50, 30])
    table.stepVertex(1)
    table.stepVertex(1)
    table.nudge(0, 0.1)
    expect(apart_m(table.current.value!.points[1]!, at(50, 0.1))).toBeLessThan(0.002)
    table.remove(1)
    table.remove(0)
    expect(table.current.value!.points).toHaveLength(2)
  })
})
