import { describe, expect, it } from 'vitest'
import { bar, groundAtZero_m, mapSize, PAPERS, paperSize, SCALES, scaleFor, WAYS, zoomOf } from './papers'

describe('papers', () => {
  it('leaves the map a room inside the paper', () => {
    for (const paper of PAPERS) for (const way of WAYS) {
      const [whole, map] = [paperSize(paper, way), mapSize(paper, way)]
      expect(map.width).toBeGreaterThan(120)
      expect(map.height).toBeGreaterThan(120)
      expect(map.width).toBeLessThan(whole.width)
      expect(map.height).toBeLessThan(whole.height)
    }
  })

  it('draws a metre of ground as a metre of paper over the scale', () => {
    for (const scale of SCALES) {
      const ground = groundAtZero_m(34.8) / 2 ** zoomOf(scale, 34.8) // metres a CSS pixel
      expect(ground / (25.4 / 96 / 1000)).toBeCloseTo(scale, 6)
    }
  })

  it('has bars of round lengths that fit', () => {
    for (const scale of SCALES) {
      const { metres, mm } = bar(scale)
      expect(mm).toBeLessThanOrEqual(60)
      expect(mm).toBeGreaterThanOrEqual(24)
      expect([1, 2, 5]).toContain(Number(String(metres)[0]))
      expect((mm / 1000) * scale).toBeCloseTo(metres, 6)
    }
  })

  it('takes the largest scale at which a box fits, and not the next one', () => {
    const size = mapSize('a4', 'landscape')
    const metre = 1 / 111_000
    expect(scaleFor([114.3, 34.8, 114.3 + 150 * metre, 34.8 + 20 * metre], size)).toBe(1000)
    expect(scaleFor([114.3, 34.8, 114.3 + 10 * metre, 34.8 + 10 * metre], size)).toBe(200)
    expect(scaleFor([113, 33, 116, 36], size)).toBe(SCALES[SCALES.length - 1])
  })
})
