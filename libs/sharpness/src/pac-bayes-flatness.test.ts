import { functionObjective } from '@flatland/hessian'
import { randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { mean } from 'simple-statistics'
import { expect, test } from 'vitest'
import { diagonal, quadratic } from '../test/quadratic.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import {
  magnitudeAwarePacBayesFlatness,
  pacBayesFlatness,
  type PacBayesFlatnessOptions,
} from './pac-bayes-flatness.ts'

await tensorScope()

const a = [1, 2, 0.5]
const theta = [1, -3, 2]
const forms = [
  ['pacBayesFlatness', pacBayesFlatness, [1, 1, 1]],
  ['magnitudeAwarePacBayesFlatness', magnitudeAwarePacBayesFlatness, theta],
] as const

/** Σ aᵢ scaleᵢ² zᵢ² of each pair, in float64. */
function curvatures(scale: readonly number[], pairs: number, seed: number): number[] {
  const random = randomStream(seed).fork('sharpness/pairs')
  return Array.from({ length: pairs }, () =>
    random.normal(scale.length).reduce((sum, z, i) => sum + (a[i] ?? NaN) * (z * (scale[i] ?? NaN)) ** 2, 0),
  )
}

test.each(forms)(
  '%s of a quadratic: σ = √(2 τ / mean zᵀ T A T z) lies in the bracket',
  async (_, measure, scale) => {
    for (const [tau, seed] of [
      [0.1, 0],
      [2, 3],
    ] as const) {
      const found = await measure(quadratic(diagonal(a), theta, theta), { tau, seed, pairs: 7 })
      const expected = Math.sqrt((2 * tau) / mean(curvatures(scale, 7, seed)))
      const [low, high] = found.bracket
      expect(low).toBeLessThan(expected * (1 + 1e-5))
      expect(high).toBeGreaterThan(expected * (1 - 1e-5))
      expect(high / low).toBeLessThanOrEqual(1.005)
      expect(found.rise).toBeLessThanOrEqual(tau)
      expect(found.rise / (found.sigma ** 2 * mean(curvatures(scale, 7, seed)) * 0.5)).toBeCloseTo(1, 4)
      expect(found).toMatchObject({ sigma: low, value: 1 / low ** 2, tau, seed, pairs: 7, loss: 0 })
      expect(found.evaluations).toBe(1 + 14 * (2 + 12))
      expect(Object.isFrozen(found) && Object.isFrozen(found.bracket)).toBe(true)
    }
  },
)

test.each(forms)(
  '%s of a quadratic is √(2 τ / tr T A T) within three standard errors',
  async (_, measure, scale) => {
    const trace = a.reduce((sum, each, i) => sum + each * (scale[i] ?? NaN) ** 2, 0)
    const { sigma, rise, standardError } = await measure(quadratic(diagonal(a), theta, theta), { pairs: 200 })
    // The rise grows with σ².
    const doubt = standardError / rise / 2
    expect(doubt).toBeLessThan(0.06)
    expect(Math.abs(sigma / Math.sqrt(0.2 / trace) - 1)).toBeLessThan(3 * doubt)
  },
)

test('a loss that is not finite counts as above τ', async () => {
  const wall = functionObjective([tf.scalar(1)], ([x]) => tf.log(x).neg())
  const { sigma, bracket } = await pacBayesFlatness(wall, { tau: 1e6, pairs: 5 })
  // The first sample that reaches 0.
  const random = randomStream(0).fork('sharpness/pairs')
  const largest = Math.max(...Array.from({ length: 5 }, () => Math.abs(random.normal(1)[0] ?? NaN)))
  expect(sigma).toBeLessThan(1 / largest)
  expect(bracket[1]).toBeGreaterThan((1 - 1e-6) / largest)
})

test('of an error in place of the loss', async () => {
  const flat = functionObjective([tf.tensor1d([1, 1])], ([x]) => x.mul(0).sum())
  const seen: number[] = []
  const error = ([x = NaN, y = NaN]: Float64Array): number => {
    seen.push(x)
    return (x < 0 ? 0.5 : 0) + (y < 0 ? 0.5 : 0)
  }
  const { sigma, bracket, evaluations, loss } = await pacBayesFlatness(flat, { error, tau: 0.2, pairs: 20 })
  expect(loss).toBe(0)
  expect(evaluations).toBe(seen.length)
  const random = randomStream(0).fork('sharpness/pairs')
  const sizes = Array.from({ length: 20 }, () => [...random.normal(2)].map(Math.abs)).flat()
  const errorAt = (s: number): number => (0.5 * sizes.filter(size => s * size > 1).length) / 40
  expect(errorAt(sigma)).toBeLessThanOrEqual(0.1 * 2)
  expect(errorAt(bracket[1] * (1 + 1e-6))).toBeGreaterThan(0.2)
})

test('one seed, one σ', async () => {
  const objective = quadratic(diagonal(a), theta)
  const found = await pacBayesFlatness(objective)
  expect(await pacBayesFlatness(objective)).toEqual(found)
  expect((await pacBayesFlatness(objective, { seed: 1 })).sigma).not.toBe(found.sigma)
})

test('a τ that no σ of the range has is refused', async () => {
  const objective = quadratic(diagonal([1]), [1])
  await expect(pacBayesFlatness(objective, { range: [1e-3, 1e-2] })).rejects.toThrow(
    'at sigma 0.01, by no more than tau 0.1 anywhere: take a larger sigma into the range, or a smaller tau',
  )
  await expect(pacBayesFlatness(objective, { range: [10, 20] })).rejects.toThrow(
    'at sigma 10, by more than tau 0.1 already: take a smaller sigma into the range, or a larger tau',
  )
  await expect(pacBayesFlatness(objective, { range: [1e-2, 10] })).resolves.toMatchObject({ tau: 0.1 })
})

test.each<[options: PacBayesFlatnessOptions, message: string]>([
  [{ tau: 0 }, 'tau is 0; it must be a positive finite number'],
  [{ range: [0, 1] }, 'range is [0, 1]; it must be two positive finite numbers, the smaller one first'],
  [{ range: [2, 1] }, 'range is [2, 1]'],
  [{ range: [1, Infinity] }, 'range is [1, Infinity]'],
  [{ pairs: 1 }, 'pairs is 1'],
  [{ seed: -1 }, 'seed is -1'],
])('%j is refused before any work', async (options, message) => {
  const unread = functionObjective([tf.scalar(1)], () => {
    throw new Error('worked')
  })
  await expect(pacBayesFlatness(unread, options)).rejects.toThrow(RangeError)
  await expect(magnitudeAwarePacBayesFlatness(unread, options)).rejects.toThrow(message)
})

test('a loss that is not finite at θ, and parameters that are all 0, are refused', async () => {
  const wall = functionObjective([tf.scalar(-1)], ([x]) => tf.log(x))
  await expect(pacBayesFlatness(wall)).rejects.toThrow('The loss at the parameters is NaN')
  const zero = quadratic(diagonal([1]), [0])
  await expect(magnitudeAwarePacBayesFlatness(zero)).rejects.toThrow('All parameters are 0')
})
