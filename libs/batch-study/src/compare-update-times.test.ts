import { describe, expect, test } from 'vitest'
import {
  epochRatio,
  epochTimes,
  growthExponent,
  savedShare,
  timeRatio,
  updateAt,
} from './compare-update-times.ts'
import type { UpdateTime } from './update-time-study.ts'

const row = (batchSize: number, lower: number, median: number, upper: number): UpdateTime => ({
  ...{ backend: 'native', mode: 'eager', threads: 1, repetitions: 3 },
  ...{ batchSize, lower, median, upper },
})
const small = row(1, 1, 2, 4)
const large = row(100, 10, 20, 30)

describe('comparing times', () => {
  test('a ratio: 20 / 2, from 10 / 4 to 30 / 1', () => {
    expect(timeRatio(large, small)).toEqual({ value: 10, lower: 2.5, upper: 30 })
  })

  test('a share: 2 of 20 is left, so 0.9 are saved; at least 1 − 4 / 10, at most 1 − 1 / 30', () => {
    const { value, lower, upper } = savedShare(large, small)
    expect(value).toBeCloseTo(0.9, 12)
    expect(lower).toBeCloseTo(0.6, 12)
    expect(upper).toBeCloseTo(29 / 30, 12)
  })

  test('an exponent: tenfold over a hundredfold is ½, whichever way round', () => {
    expect(growthExponent(large, small).value).toBeCloseTo(0.5, 12)
    const turned = growthExponent(small, large)
    expect(turned.value).toBeCloseTo(0.5, 12)
    expect(turned.lower).toBeLessThan(turned.upper)
    expect(() => growthExponent(small, row(1, 1, 1, 1))).toThrow('both batch sizes are 1')
  })

  test('an epoch of 250 examples: 250 updates of one against 3 of a hundred, the last one short', () => {
    expect(epochRatio(small, large, 250).value).toBeCloseTo((2 * 250) / (20 * 3), 12)
    expect(epochTimes([large], 250)).toEqual([
      {
        ...{ backend: 'native', mode: 'eager', threads: 1, batchSize: 100 },
        ...{ seconds: 0.06, lowerSeconds: 0.03, upperSeconds: 0.09 },
      },
    ])
  })

  test('a size that was not measured is refused with those that were', () => {
    expect(() => updateAt([small, large], 7)).toThrow('batch size 7 was not measured; there are 1, 100')
  })
})
