import { functionObjective } from '@flatland/hessian'
import { randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { mean, sampleStandardDeviation } from 'simple-statistics'
import { expect, test } from 'vitest'
import { diagonal, quadratic } from '../test/quadratic.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { adaptiveAverageSharpness, averageSharpness } from './average-sharpness.ts'

await tensorScope()

const a = [1, 2, 0.5]
const theta = [1, -3, 2]
const forms = [
  ['averageSharpness', averageSharpness, [1, 1, 1]],
  ['adaptiveAverageSharpness', adaptiveAverageSharpness, theta],
] as const

test.each(forms)(
  '%s of a quadratic is ½ σ² tr(T A T), unbiased, with a standard error of the size of its scatter',
  async (_, measure, scale) => {
    const sigma = 0.1
    const expected = (sigma ** 2 * a.reduce((sum, each, i) => sum + each * (scale[i] ?? NaN) ** 2, 0)) / 2
    const found = []
    for (let seed = 0; seed < 60; seed++)
      found.push(await measure(quadratic(diagonal(a), theta), { sigma, pairs: 20, seed }))
    const scatter = sampleStandardDeviation(found.map(({ value }) => value))
    expect(Math.abs(mean(found.map(({ value }) => value)) - expected)).toBeLessThan(
      (3 * scatter) / Math.sqrt(60),
    )
    const stated = Math.sqrt(mean(found.map(({ standardError }) => standardError ** 2)))
    expect(stated / scatter).toBeGreaterThan(0.75)
    expect(stated / scatter).toBeLessThan(1.33)
  },
)

test.each(forms)(
  '%s of a quadratic is that of its own perturbations, in float64',
  async (_, measure, scale) => {
    const [sigma, pairs, seed] = [0.2, 7, 5]
    const random = randomStream(seed).fork('sharpness/pairs')
    const rises = Array.from({ length: pairs }, () =>
      random
        .normal(3)
        .reduce((sum, z, i) => sum + ((a[i] ?? NaN) * (sigma * z * (scale[i] ?? NaN)) ** 2) / 2, 0),
    )
    const found = await measure(quadratic(diagonal(a), theta), { sigma, pairs, seed })
    expect(found.value / mean(rises)).toBeCloseTo(1, 4)
    expect(found.standardError / (sampleStandardDeviation(rises) / Math.sqrt(pairs))).toBeCloseTo(1, 4)
    expect(found).toMatchObject({ sigma, pairs, seed, evaluations: 1 + 2 * pairs })
    expect(found.loss).toBeCloseTo((1 + 18 + 2) / 2, 5)
    expect(Object.isFrozen(found)).toBe(true)
  },
)

test('a slope takes no part: of a plane it is 0 within its rounding', async () => {
  const plane = functionObjective([tf.tensor1d([1, 2])], ([x]) => x.mul([30, -50]).sum())
  const { value, standardError, rounding } = await averageSharpness(plane, { sigma: 1 })
  expect(Math.abs(value)).toBeLessThan(rounding)
  expect(standardError).toBeLessThan(rounding)
})

test('at a maximum it is negative', async () => {
  const { value, standardError } = await averageSharpness(quadratic(diagonal([-1, -1]), [0, 0]), { sigma: 1 })
  expect(value).toBeLessThan(-3 * standardError)
})

test.each([averageSharpness, adaptiveAverageSharpness])(
  '%o: what it refuses, before any work',
  async measure => {
    const unread = functionObjective([tf.scalar(1)], () => {
      throw new Error('worked')
    })
    const refused = (options: { sigma: number; pairs?: number; seed?: number }) =>
      expect(measure(unread, options)).rejects
    await refused({ sigma: 0 }).toThrow('sigma is 0; it must be a positive finite number')
    await refused({ sigma: Infinity }).toThrow('sigma is Infinity')
    await refused({ sigma: 1, pairs: 1 }).toThrow('pairs is 1')
    await refused({ sigma: 1, seed: 0.5 }).toThrow('seed is 0.5')
  },
)

test('a loss that is not finite is refused: at θ, and at a perturbed point', async () => {
  const at = (x: number) => functionObjective([tf.scalar(x)], ([w]) => tf.log(w))
  await expect(averageSharpness(at(-1), { sigma: 1 })).rejects.toThrow('The loss at the parameters is NaN')
  await expect(averageSharpness(at(1), { sigma: 1 })).rejects.toThrow(
    'with sigma 1; it must be finite everywhere',
  )
  await expect(averageSharpness(at(1), { sigma: 0.1 })).resolves.toMatchObject({ loss: 0 })
})

test('parameters that are all 0 have no noise in proportion', async () => {
  const objective = quadratic(diagonal([1]), [0])
  await expect(adaptiveAverageSharpness(objective, { sigma: 1 })).rejects.toThrow('All parameters are 0')
})
