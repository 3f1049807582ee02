import { randomStream } from '@flatland/tensor'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitKnee, kneeRatio } from './fit-knee.ts'

const sizes = [1, 10, 100, 1000, 10_000]
const line = (fixed: number, perExample: number): { batchSize: number; time: number }[] =>
  sizes.map(batchSize => ({ batchSize, time: fixed + perExample * batchSize }))

describe('fitKnee', () => {
  test('recovers an exact line: 2 + 0.1 B has its knee at 20, with no residual', () => {
    const fit = fitKnee(line(2, 0.1))
    expect(fit.knee).toBeCloseTo(20, 5)
    expect(fit.fixed).toBeCloseTo(2, 6)
    expect(fit.residual).toBeLessThan(1e-6)
    expect(fit.time(50)).toBeCloseTo(7, 5)
  })

  test('recovers any exact line whose knee lies among the sizes', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 2, max: 5000, noNaN: true }),
        (fixed, knee) => {
          expect(fitKnee(line(fixed, fixed / knee)).knee / knee).toBeCloseTo(1, 3)
        },
      ),
    )
  })

  test('a ratio of knees: 20 / 5, their errors of log 3 and log 5 added as squares', () => {
    const fit = fitKnee(line(2, 0.1))
    const right = { ...fit, knee: 20, interval: [20 / 3, 60] as const }
    const left = { ...fit, knee: 5, interval: [1, 25] as const }
    const { value, lower, upper } = kneeRatio(right, left)
    expect(value).toBe(4)
    expect(Math.log(upper / 4) ** 2).toBeCloseTo(Math.log(3) ** 2 + Math.log(5) ** 2, 12)
    expect(lower * upper).toBeCloseTo(16, 12)
  })

  test('the unit of time does not move the knee', () => {
    const noisy = line(3, 0.02).map((point, i) => ({ ...point, time: point.time * (1 + 0.1 * (-1) ** i) }))
    const inSeconds = noisy.map(point => ({ ...point, time: point.time / 1000 }))
    expect(fitKnee(inSeconds).knee / fitKnee(noisy).knee).toBeCloseTo(1, 4)
  })

  test('with many sizes, two standard errors cover the true knee as often as those of a normal distribution: 95.4 %', () => {
    const stream = randomStream(0)
    const many = Array.from({ length: 60 }, (_, i) => 10 ** (i / 15))
    const runs = 1000
    let covered = 0
    for (let run = 0; run < runs; run++) {
      const noise = stream.normal(many.length)
      const points = many.map((batchSize, i) => ({
        batchSize,
        time: (2 + 0.01 * batchSize) * Math.exp(0.1 * (noise[i] ?? 0)),
      }))
      const [low, high] = fitKnee(points).interval
      if (low < 200 && 200 < high) covered++
    }
    // Three standard errors of a share of 1000.
    expect(Math.abs(covered / runs - 0.954)).toBeLessThan(3 * Math.sqrt((0.954 * 0.046) / runs))
  })

  test.each([
    [
      [
        { batchSize: 1, time: 1 },
        { batchSize: 2, time: 1 },
      ],
      '2 different batch sizes',
    ],
    [[{ batchSize: 1, time: 0 }, ...line(1, 1)], 'batch size 1 with time 0'],
    [[{ batchSize: 5, time: NaN }, ...line(1, 1)], 'batch size 5 with time NaN'],
  ])('refuses %j', (points, message) => {
    expect(() => fitKnee(points)).toThrow(message)
  })
})
