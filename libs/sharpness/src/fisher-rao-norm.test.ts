import { evaluateGradient, type ModelObjective, modelObjective, tensorExamples } from '@flatland/hessian'
import { flatten } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { mean } from 'simple-statistics'
import { expect, test } from 'vitest'
import { inputsOf, labels, objectiveOf, reluParameters } from '../test/relu-network.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { fisherRaoNorm } from './fisher-rao-norm.ts'

await tensorScope()

test('it is the mean of ⟨θ, gradient of one example⟩², one gradient after another', async () => {
  const objective = objectiveOf(reluParameters(2))
  const theta = flatten(objective.parameters).dataSync()
  const squares: number[] = []
  for (let i = 0; i < labels.length; i++) {
    const slice = objective.examples.slice
    const alone: ModelObjective = { ...objective, examples: { size: 1, slice: () => slice(i, i + 1) } }
    const { gradient } = await evaluateGradient(alone)
    squares.push(gradient.reduce((sum, slope, j) => sum + slope * (theta[j] ?? NaN), 0) ** 2)
  }
  const { value, squared, examples } = await fisherRaoNorm(objective)
  expect(squared / mean(squares)).toBeCloseTo(1, 4)
  expect(value).toBeCloseTo(Math.sqrt(squared), 12)
  expect(examples).toBe(12)
})

test('of ReLU layers without biases it is L² E ⟨∂ℓ/∂z, z⟩² (Liang et al. 2019)', async () => {
  const [w1, , w2] = reluParameters(3)
  const [w0, w3] = [
    tf.tensor2d([
      [1, -2, 0.5],
      [0.3, 1, 1],
      [-1, 0.2, 2],
    ]),
    tf.tensor2d([[1], [-0.5], [2]]),
  ]
  const parameters = [w0, w1, w2, w3].flatMap(each => each ?? [])
  const outputs = (at: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor =>
    at.slice(1).reduce((h, w) => tf.matMul(tf.relu(h), w), tf.matMul(x, at[0] ?? x))
  const targets = tf.tensor2d(labels.map(label => [label]))
  const objective = modelObjective({
    parameters,
    outputs,
    outputLoss: (z, y) => z.sub(y).square().mean(),
    examples: tensorExamples(inputsOf(), targets),
  })
  const z = outputs(parameters, inputsOf()).dataSync()
  const expected = 16 * mean(labels.map((label, i) => (2 * ((z[i] ?? NaN) - label) * (z[i] ?? NaN)) ** 2))
  expect((await fisherRaoNorm(objective, { batchSize: 5 })).squared / expected).toBeCloseTo(1, 4)
})

test('a network that fits every example has a norm of 0', async () => {
  const objective = modelObjective({
    parameters: [tf.tensor2d([[2]])],
    outputs: ([w = tf.zeros([1, 1])], x) => tf.matMul(x, w),
    outputLoss: (z, y) => z.sub(y).square().mean(),
    examples: tensorExamples(tf.tensor2d([[1], [3]]), tf.tensor2d([[2], [6]])),
  })
  const found = await fisherRaoNorm(objective)
  expect(found).toEqual({ value: 0, squared: 0, examples: 2 })
  expect(Object.isFrozen(found)).toBe(true)
})

test('outputs that are not one for each example are refused', async () => {
  const objective = objectiveOf(reluParameters(2), (_, x) => x.sum())
  await expect(fisherRaoNorm(objective)).rejects.toThrow(RangeError)
})
