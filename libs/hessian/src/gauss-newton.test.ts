import { crossEntropy } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { relativeError } from '../test/relative-error.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { empiricalFisher } from './empirical-fisher.ts'
import { gaussNewton } from './gauss-newton.ts'
import { hessian } from './hessian-operator.ts'
import { jacobian } from './jacobian.ts'
import { monteCarloFisher } from './monte-carlo-fisher.ts'
import { modelObjective, type ModelObjective, tensorExamples } from './objective.ts'

await tensorScope()

const nothing = tf.scalar(0)
const rows = [[1, 2], [-1, 0.5], [3, -1]] // prettier-ignore
const squares = (z: tf.Tensor, y: tf.Tensor): tf.Tensor => z.sub(y).square().sum(1).mean()

/** z = x W: linear, so that Gauss–Newton is the Hessian. */
function linear(outputLoss: ModelObjective['outputLoss'], targets: number[][]): ModelObjective {
  return modelObjective({
    parameters: [tf.tensor2d([[0.5, -1], [0.25, 2]])], // prettier-ignore
    outputs: ([w = nothing], inputs) => tf.matMul(inputs, w),
    outputLoss,
    examples: tensorExamples(tf.tensor2d(rows), tf.tensor2d(targets)),
  })
}

const v = Float64Array.of(1, -2, 0.5, 3)
const targets = [[1, 0], [0, 1], [1, 0]] // prettier-ignore

test('of a linear model under squares: 2/N Σ xxᵀ ⊗ I, by hand, and equal to the Hessian', async () => {
  const objective = linear(squares, targets)
  // Row i of W only meets column j of the outputs: H = 2/3 · [[11, −1.5], [−1.5, 5.25]] for each output.
  const [a, b, d] = [22 / 3, -1, 3.5]
  const expected = [a * 1 + b * 0.5, a * -2 + b * 3, b * 1 + d * 0.5, b * -2 + d * 3]
  for (const operator of [gaussNewton(objective, { batchSize: 2 }), hessian(objective, { batchSize: 2 })]) {
    expect(relativeError(await operator.apply(v), expected)).toBeLessThan(1e-6)
  }
})

test('any loss of the outputs: a quartic', async () => {
  const objective = linear((z, y) => z.sub(y).pow(4).sum(1).mean(), targets)
  const product = await gaussNewton(objective, { batchSize: 2 }).apply(v)
  expect(relativeError(product, await hessian(objective).apply(v))).toBeLessThan(1e-6)
})

test('the empirical Fisher is the mean of ggᵀ over the gradients of single examples', async () => {
  const objective = linear(crossEntropy, targets)
  const expected = new Float64Array(4)
  for (let i = 0; i < 3; i++) {
    const { inputs, targets: labels } = objective.examples.slice(i, i + 1)
    const [gradient = nothing] = tf.grads(w => objective.loss([w], { inputs, targets: labels }))([
      objective.parameters[0] ?? nothing,
    ])
    const g = [...gradient.dataSync()]
    const slope = g.reduce((sum, value, j) => sum + value * (v[j] ?? NaN), 0)
    g.forEach((value, j) => (expected[j] = (expected[j] ?? NaN) + (value * slope) / 3))
  }
  expect(relativeError(await empiricalFisher(objective, { batchSize: 2 }).apply(v), expected)).toBeLessThan(
    1e-6,
  )
})

test('the Jacobian of a linear model is its inputs; the transpose sums over the examples', async () => {
  const j = jacobian(linear(squares, targets), { batchSize: 2 })
  expect([j.rows, j.columns]).toEqual([6, 4])
  expect([...(await j.apply(Float64Array.of(1, 0, 0, 1)))]).toEqual([1, 2, -1, 0.5, 3, -1])
  expect([...(await j.applyTranspose(Float64Array.of(1, 0, 1, 0, 1, 1)))]).toEqual([3, 3, 1.5, -1])
})

test('a Monte-Carlo Fisher is fixed by its seed, whatever the micro-batches', async () => {
  const objective = linear(crossEntropy, targets)
  const product = (seed: number, batchSize: number): Promise<Float64Array> =>
    Promise.resolve(monteCarloFisher(objective, { seed, batchSize, samples: 5 }).apply(v))
  expect(relativeError(await product(1, 1), await product(1, 3))).toBeLessThan(1e-6)
  expect(relativeError(await product(1, 3), await product(2, 3))).toBeGreaterThan(1e-3)
})

test('its mean over many samples is the exact Fisher, within three standard errors', async () => {
  const objective = linear(crossEntropy, targets)
  const { mean, standardErrors, samples } = await monteCarloFisher(objective, {
    samples: 400,
    seed: 3,
  }).estimate(v)
  const exact = await gaussNewton(objective).apply(v)
  expect(samples).toBe(400)
  mean.forEach((value, i) => {
    expect(Math.abs(value - (exact[i] ?? NaN))).toBeLessThan(3 * (standardErrors[i] ?? NaN))
    expect(standardErrors[i]).toBeLessThan(0.2 * Math.hypot(...exact))
  })
})

test('what has no Fisher matrix is refused', async () => {
  const pooled = { ...linear(squares, targets), outputs: () => tf.zeros([2, 3]) }
  const wide = { ...linear(squares, targets), outputs: () => tf.zeros([1, 2, 3]) }
  expect(() => empiricalFisher(pooled)).toThrow('their first dimension must be the examples')
  expect(() => jacobian(pooled)).toThrow('their first dimension must be the examples')
  expect(() => monteCarloFisher(wide)).toThrow('of shape [2,3]')
  expect(() => monteCarloFisher(linear(crossEntropy, targets), { samples: 0 })).toThrow('samples is 0')
  await expect(monteCarloFisher(linear(crossEntropy, targets)).estimate(v)).rejects.toThrow('samples is 1')
})
