import { expect, test } from 'vitest'
import { proportion, rankCorrelation } from './intervals.ts'
import { normalNumbers } from './random-vectors.ts'

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

const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

test('the rank correlation sees order alone; equal numbers share a rank', () => {
  expect(rankCorrelation(ten, ten.map(Math.exp)).value).toBeCloseTo(1, 12)
  expect(rankCorrelation(ten, [...ten].reverse()).value).toBeCloseTo(-1, 12)
  // Ranks 2.5 twice against 3 and 2: covariance 82, variances 82 and 82.5.
  const [x, y] = [
    [1, 2, 2, ...ten.slice(3)],
    [1, 3, 2, ...ten.slice(3)],
  ]
  expect(rankCorrelation(x, y).value).toBeCloseTo(82 / Math.sqrt(82 * 82.5), 12)
  const equal = ten.map(() => 1)
  expect(rankCorrelation(equal, ten)).toEqual({ value: NaN, lower: NaN, upper: NaN })
})

test('ten pairs in perfect order are not sure of a perfect law', () => {
  const up = rankCorrelation(ten, ten)
  expect(up.upper).toBe(1)
  expect(up.lower).toBeLessThan(0.95)
  expect(up.lower).toBeGreaterThan(0.9)
  const down = rankCorrelation(ten, [...ten].reverse())
  expect(down.lower).toBe(-1)
  expect(down.upper).toBeCloseTo(-up.lower, 12)
  // Two neighbours changed places: the same doubt below, but 1 is not proved.
  const swapped = rankCorrelation(ten, [2, 1, ...ten.slice(2)])
  expect(swapped.lower).toBeCloseTo(up.lower, 12)
  expect(swapped.upper).toBeLessThan(1)
})

test('it holds a strong correlation in about 95 of 100 samples', () => {
  const normal = normalNumbers(1)
  // Of two normal numbers of correlation ρ it is 6/π arcsin(ρ/2).
  const [rho, exact] = [0.95, (6 / Math.PI) * Math.asin(0.95 / 2)]
  let held = 0
  for (let sample = 0; sample < 1000; sample++) {
    const x = ten.map(normal)
    const y = x.map(value => rho * value + Math.sqrt(1 - rho ** 2) * normal())
    const { lower, upper } = rankCorrelation(x, y)
    if (lower <= exact && exact <= upper) held++
  }
  expect(held).toBeGreaterThan(920)
  expect(held).toBeLessThan(990)
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
  expect(() => rankCorrelation(ten.slice(1), ten.slice(1))).toThrow('the number of pairs is 9')
  expect(() => rankCorrelation(ten, ten.slice(1))).toThrow('there are 10 x and 9 y')
  expect(() => rankCorrelation([...ten.slice(1), NaN], ten)).toThrow('NaN')
})
