import { expect, test } from 'vitest'
import { countPositiveDefinite } from './gaussian-orthogonal-ensemble.ts'
import { quadraticDecay } from './quadratic-decay.ts'

test('of counts that follow the law exactly it is the rate', () => {
  const trials = 1e12
  const counts = [1, 2, 3, 4].map(n => ({
    n,
    trials,
    successes: Math.round(trials * Math.exp(-0.1 - 0.2 * n - 0.3 * n ** 2)),
  }))
  const { value, lower, upper } = quadraticDecay(counts) ?? { value: NaN, lower: NaN, upper: NaN }
  expect(value).toBeCloseTo(0.3, 5)
  expect(lower).toBeLessThan(value)
  expect(upper).toBeLessThan(0.301)
  // With a millionth of the trials a thousand times the doubt.
  const few = counts.map(({ n, successes }) => ({ n, successes: successes / 1e6, trials: trials / 1e6 }))
  const less = quadraticDecay(few.map(row => ({ ...row, successes: Math.round(row.successes) })))
  expect((less?.upper ?? NaN) - (less?.lower ?? NaN)).toBeCloseTo(1000 * (upper - lower), 3)
})

test('the interval holds the rate in about 95 of 100 draws', async () => {
  const trials = 2000
  let held = 0
  for (let seed = 0; seed < 100; seed++) {
    const counts = [1, 2, 3].map(async n => ({
      n,
      trials,
      successes: await countPositiveDefinite({ size: n, matrices: trials, seed: 3 * seed + n }),
    }))
    const rate = quadraticDecay(await Promise.all(counts))
    // Half the second difference of −ln P at the three exact shares.
    const [one, two, three] = [1 / 2, (2 - Math.SQRT2) / 4, (Math.PI - 2 * Math.SQRT2) / (4 * Math.PI)]
    const exact = -(Math.log(one) - 2 * Math.log(two) + Math.log(three)) / 2
    if (rate !== undefined && rate.lower <= exact && exact <= rate.upper) held++
  }
  expect(held).toBeGreaterThan(88)
  expect(held).toBeLessThan(100)
})

test('without three shares between 0 and 1 there is none; what it refuses', () => {
  const row = (n: number, successes: number): { n: number; successes: number; trials: number } => ({
    n,
    successes,
    trials: 9,
  })
  expect(quadraticDecay([row(1, 5), row(2, 3), row(3, 0)])).toBeUndefined()
  expect(quadraticDecay([row(1, 5), row(2, 3), row(2, 2)])).toBeUndefined()
  expect(() => quadraticDecay([row(1, 10)])).toThrow('successes is 10')
  expect(() => quadraticDecay([row(0.5, 1)])).toThrow('n is 0.5')
})
