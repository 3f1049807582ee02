import { expect, test } from 'vitest'
import { proportion, rankCorrelation } from './intervals.ts'

test('Wilson’s interval', () => {
  // Newcombe (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29.
  for (const [successes, trials, lower, upper] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const interval = proportion(successes, trials)
    expect(interval.value).toBe(successes / trials)
    expect(interval.lower).toBeCloseTo(lower, 4)
    expect(interval.upper).toBeCloseTo(upper, 4)
  }
  expect(proportion(20, 20)).toEqual({ value: 1, lower: expect.closeTo(0.8389, 4) as number, upper: 1 })
})

test('the rank correlation sees order alone; equal numbers share a rank', () => {
  for (const end of Object.values(rankCorrelation([1, 2, 3, 4], [-1, 0, 100, 1e9])))
    expect(end).toBeCloseTo(1, 12)
  for (const end of Object.values(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])))
    expect(end).toBeCloseTo(-1, 12)
  // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: covariance 4.5, variances 4.5 and 5.
  expect(rankCorrelation([1, 2, 2, 3], [1, 3, 2, 4]).value).toBeCloseTo(4.5 / Math.sqrt(22.5), 12)
  expect(rankCorrelation([1, 1, 1, 1], [1, 2, 3, 4])).toEqual({ value: NaN, lower: NaN, upper: NaN })
})

test('its interval', () => {
  const x = Array.from({ length: 28 }, (_, i) => i)
  const y = x.map(i => (i % 2 === 0 ? i : 27 - i))
  const { value, lower, upper } = rankCorrelation(x, y)
  const half = (1.959964 * Math.sqrt(1 + value ** 2 / 2)) / 5
  expect(Math.atanh(upper) - Math.atanh(value)).toBeCloseTo(half, 10)
  expect(Math.atanh(value) - Math.atanh(lower)).toBeCloseTo(half, 10)
})

test('what they refuse', () => {
  expect(() => proportion(1, 0)).toThrow('trials is 0')
  expect(() => proportion(3, 2)).toThrow('successes is 3')
  expect(() => rankCorrelation([1, 2, 3], [1, 2, 3])).toThrow('the number of pairs is 3')
  expect(() => rankCorrelation([1, 2, 3, 4], [1, 2, 3])).toThrow('there are 4 x and 3 y')
  expect(() => rankCorrelation([1, 2, 3, NaN], [1, 2, 3, 4])).toThrow('NaN')
})
