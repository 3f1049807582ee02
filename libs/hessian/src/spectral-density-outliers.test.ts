import { expect, test } from 'vitest'
import { outlierGap } from './spectral-density-outliers.ts'

const spectrum = [0.5, 10, -20, 1, 9, 0.9, 8, 0.8, 0]

test('three outliers above a bulk, in any order; the gap and the next widest', () => {
  const { count, ratio, otherRatio } = outlierGap(spectrum, 5)
  expect(count).toBe(3)
  expect(ratio).toBe(8)
  expect(otherRatio).toBeCloseTo(9 / 8, 14)
})

test('a scaled spectrum has the same gap, and what was given is left as it was', () => {
  const values = Float64Array.from(spectrum, value => 1e-12 * value)
  expect(outlierGap(values, 5)).toMatchObject({ count: 3 })
  expect(values[0]).toBe(0.5e-12)
})

test.each([
  [[3, 2, 1], 1, 'most is 1; it must be an integer from 2 to 2'],
  [[3, 2, 1], 3, 'most is 3'],
  [[3, 2, NaN], 2, 'eigenvalues holds NaN at index 2'],
  [[3, 2, 0], 2, 'of the largest 3 eigenvalues one is 0; look at fewer'],
])('%j among %i is refused', (values, most, message) => {
  expect(() => outlierGap(values, most)).toThrow(message)
})
