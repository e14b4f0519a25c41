import { describe, expect, test } from 'vitest'
import { drawSection, type Section } from './section'
import { joined, roadStretches, roundMarks, sharedWith, type SharedStretch } from './stretch'

const pipe = (order: number, x_m: number, cover_m: number | null, diameter_mm: number | null) => ({ order, utility: 'water', x_m, cover_m, diameter_mm })
const trench: Section = {
  pipes: [pipe(1, 0.6, 1.4, 400), pipe(2, 1.7, 1.0, 200), pipe(3, 2.2, null, null)],
  outline: [[0, 0], [0, 1.95], [2.6, 1.95], [2.6, 0]], width_m: null, width_at_least_m: 2.6, depth_m: null, depth_at_least_m: 1.95,
}

describe('the trench, cut across', () => {
  const drawing = drawSection(trench, 368)

  test('is true to scale in both directions', () => {
    const [one, two] = drawing.pipes as [typeof drawing.pipes[0], typeof drawing.pipes[0]]
    expect((two!.x - one!.x) / drawing.px_per_m).toBeCloseTo(1.1, 9)
    expect((one!.y - drawing.ground) / drawing.px_per_m).toBeCloseTo(1.6, 9)
    expect(one!.r).toBeCloseTo(0.2 * drawing.px_per_m, 9)
    expect((drawing.bottom - drawing.ground) / drawing.px_per_m).toBeCloseTo(1.95, 9)
  })

  test('stays inside its frame, however flat or deep', () => {
    for (const [wide, deep] of [[2.6, 1.95], [12, 1], [0.8, 6]] as const) {
      const one = drawSection({ ...trench, width_at_least_m: wide, depth_at_least_m: deep, outline: [[0, 0], [0, deep], [wide, deep], [wide, 0]] }, 368)
      for (const [x, y] of one.corners) {
        expect(x).toBeGreaterThanOrEqual(57)
        expect(x).toBeLessThanOrEqual(311)
        expect(y).toBeLessThanOrEqual(one.height)
      }
    }
  })

  test('says where a size or a depth is not known', () => {
    expect(drawing.pipes.map((p) => p.sure)).toEqual([true, true, false])
    expect(drawing.pipes[2]!.top).toBeNull()
    expect(drawing.pipes[2]!.y).toBeLessThan(drawing.bottom)
    expect(drawing.depth.text).toBe('≥ 1.95')
    expect(drawing.across.at(-1)!.text).toBe('≥ 2.60')
    expect(drawSection({ ...trench, width_m: 2.6, depth_m: 1.95 }, 368).depth.text).toBe('1.95')
  })

  test('gives the way from wall to axis to axis to wall, which sums to the width', () => {
    const steps = drawing.across.slice(0, -1)
    expect(steps.map((d) => d.text)).toEqual(['0.60', '1.10', '0.50', '0.40'])
    expect(steps[0]!.from).toBe(drawing.left)
    expect(steps.at(-1)!.to).toBeCloseTo(drawing.right, 9)
  })

  test('sets texts that would run into each other in two rows', () => {
    const narrow = { ...trench, pipes: [pipe(1, 0.5, 1, 100), pipe(2, 0.62, 1, 100), pipe(3, 0.74, 1, 100)], width_at_least_m: 9, outline: [[0, 0], [0, 1], [9, 1], [9, 0]] as [number, number][] }
    const rows = drawSection(narrow, 368).across.slice(0, -1).map((d) => d.at)
    expect(new Set(rows).size).toBe(2)
  })

  test('of one pipe has the whole width alone', () => {
    const one = drawSection({ ...trench, pipes: [pipe(1, 0.6, 1.4, 400)] }, 368)
    expect(one.across.map((d) => d.text)).toEqual(['0.60', '2.00', '≥ 2.60'])
  })
})

describe('a stretch of road', () => {
  const shared = (a: string, b: string, from_m: number | null, to_m: number | null, side_a: 'left' | 'right', side_b: 'left' | 'right', road = 'R1'): SharedStretch =>
    ({ a, b, road_id: road, road_name: `路${road}`, from_m, to_m, side_a, side_b, shared_m: 10 })

  test('shows each work once, with all that it shares with anybody', () => {
    const [road] = roadStretches([shared('A', 'B', 100, 180, 'left', 'right'), shared('A', 'C', 160, 240, 'left', 'left'), shared('B', 'C', 160, 180, 'right', 'left')], ['C', 'B', 'A'])
    expect(road).toMatchObject({ road: 'R1', from_m: 100, to_m: 240, joint: [[100, 240]] })
    expect(road!.lanes.map((lane) => [lane.work, lane.side, lane.bits])).toEqual([['C', 'left', [[160, 240]]], ['A', 'left', [[100, 240]]], ['B', 'right', [[100, 180]]]])
  })

  test('keeps what does not touch apart', () => {
    const [road] = roadStretches([shared('A', 'B', 0, 30, 'left', 'left'), shared('A', 'B', 90, 60, 'left', 'left')], [])
    expect(road!.joint).toEqual([[0, 30], [60, 90]])
    expect(joined([[0, 10], [10, 20], [15, 17]])).toEqual([[0, 20]])
  })

  test('leaves out what no road measures, and lists the longest road first', () => {
    const roads = roadStretches([shared('A', 'B', null, null, 'left', 'left'), shared('A', 'B', 0, 20, 'left', 'left', 'R2'), shared('A', 'B', 0, 50, 'left', 'left', 'R3')], [])
    expect(roads.map((r) => r.road)).toEqual(['R3', 'R2'])
  })

  test('has a ruler with round numbers', () => {
    expect(roundMarks(103, 241)).toEqual([150, 200])
    expect(roundMarks(0, 26)).toEqual([0, 5, 10, 15, 20, 25])
    expect(roundMarks(12.2, 13.4).length).toBeGreaterThan(1)
    expect(roundMarks(5, 5)).toEqual([])
    for (const span of [3, 7, 18, 44, 99, 260, 1234]) expect(roundMarks(0.5, 0.5 + span).length).toBeLessThanOrEqual(6)
  })

  test('is summed for one party by road and by whom it is shared with', () => {
    const bit = (road_name: string | null, from_m: number | null, metres: number, ...works: string[]) =>
      ({ road_name, from_m, to_m: from_m === null ? null : from_m + metres, shared_m: metres, works: works.map((work_id) => ({ work_id })) })
    const all = [bit('甲路', 0, 10, 'A', 'B'), bit('甲路', 50, 30, 'B', 'A'), bit('甲路', 0, 60, 'A', 'C'), bit(null, null, 5, 'A', 'B'), bit('甲路', 0, 9, 'B', 'C')]
    expect(sharedWith(all, new Set(['A'])).map((one) => [one.road, one.others, one.metres, one.ranges])).toEqual([
      ['甲路', ['C'], 60, [[0, 60]]], ['甲路', ['B'], 40, [[0, 10], [50, 80]]], [null, ['B'], 5, []],
    ])
    expect(sharedWith(all, new Set(['A', 'B'])).map((one) => [one.others, one.metres])).toEqual([[['C'], 69]])
  })
})
