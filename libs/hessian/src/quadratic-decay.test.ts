import { randomStream } from '@flatland/tensor'
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

test('where the last counts are a few or none it errs to neither side', () => {
  const uniform = randomStream(1).uniform(5 * 2000 * 200)
  const errors: number[] = []
  for (let draw = 0; draw < 200; draw++) {
    const counts = [1, 2, 3, 4, 5].map(n => {
      const share = Math.exp(-0.1 - 0.2 * n - 0.3 * n ** 2)
      const from = (5 * draw + n - 1) * 2000
      return { n, trials: 2000, successes: uniform.slice(from, from + 2000).filter(u => u < share).length }
    })
    const { value, lower, upper } = quadraticDecay(counts) ?? { value: NaN, lower: NaN, upper: NaN }
    errors.push((value - 0.3) / ((upper - lower) / 4))
  }
  // In units of the standard error: its mean over 200 draws is sure to 0.07.
  expect(Math.abs(errors.reduce((sum, error) => sum + error, 0) / 200)).toBeLessThan(0.21)
  expect(errors.filter(error => Math.abs(error) < 2).length).toBeGreaterThan(180)
})

test('a count without a success says that the share is small', () => {
  const counts = [500, 150, 25].map((successes, i) => ({ n: i + 1, successes, trials: 1000 }))
  const without = quadraticDecay(counts)
  const same = quadraticDecay([...counts, { n: 4, successes: 0, trials: 10 }])
  const more = quadraticDecay([...counts, { n: 4, successes: 0, trials: 100_000 }])
  expect(same?.value).toBeCloseTo(without?.value ?? NaN, 2)
  expect(more?.value).toBeGreaterThan((without?.value ?? NaN) + 0.1)
})

test('without three shares between 0 and 1 there is none; what it refuses', () => {
  const row = (n: number, successes: number): { n: number; successes: number; trials: number } => ({
    n,
    successes,
    trials: 9,
  })
  expect(quadraticDecay([row(1, 5), row(2, 3), row(3, 0)])).toBeUndefined()
  expect(quadraticDecay([row(1, 5), row(2, 3), row(2, 2)])).toBeUndefined()
  expect(quadraticDecay([row(1, 9), row(2, 3), row(3, 2)])).toBeUndefined()
  expect(() => quadraticDecay([row(1, 10)])).toThrow('successes is 10')
  expect(() => quadraticDecay([row(0.5, 1)])).toThrow('n is 0.5')
})
