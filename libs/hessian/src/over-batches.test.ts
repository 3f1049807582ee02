import * as tf from '@tensorflow/tfjs'
import { useBackend } from '@flatland/tensor'
import { beforeAll, expect, test } from 'vitest'
import { evaluateGradient, evaluateLoss } from './evaluate.ts'
import { type Objective, tensorExamples } from './objective.ts'
import { overBatches } from './over-batches.ts'

beforeAll(async () => {
  await useBackend('auto')
})

/** w · variance of the inputs of a batch: no mean over examples. */
const spread = (w: tf.Tensor, inputs: readonly number[]): Objective => ({
  parameters: [w],
  loss: ([at], batch) => tf.mul(at ?? w, tf.moments(batch.inputs).variance),
  examples: tensorExamples(tf.tensor1d([...inputs]), tf.zeros([inputs.length])),
})

test('the mean over batches of 1, 2, 3 and 6 examples, however many batches are worked off at once', async () => {
  const objective = spread(tf.scalar(2), [1, 3, 10, 20, 0, 6])
  // Variances: of pairs 1, 25, 9; of triples 14 8/9 and 69 − 1/3 …, as computed here.
  const variance = (part: number[]) => {
    const mean = part.reduce((a, b) => a + b) / part.length
    return part.reduce((sum, x) => sum + (x - mean) ** 2, 0) / part.length
  }
  const data = [1, 3, 10, 20, 0, 6]
  for (const size of [1, 2, 3, 6]) {
    const parts = Array.from({ length: 6 / size }, (_, b) => data.slice(b * size, (b + 1) * size))
    const expected = (2 * parts.reduce((sum, part) => sum + variance(part), 0)) / parts.length
    for (const batchSize of [undefined, 1, 2, 6]) {
      const options = batchSize === undefined ? {} : { batchSize }
      expect(await evaluateLoss(overBatches(objective, size), options)).toBeCloseTo(expected, 4)
    }
    const { gradient } = await evaluateGradient(overBatches(objective, size))
    expect(gradient[0]).toBeCloseTo(expected / 2, 4)
  }
})

test('without it a loss that takes statistics over the batch is refused', async () => {
  const objective = spread(tf.scalar(2), [1, 3, 10, 20, 0, 6])
  await expect(evaluateLoss(objective, { batchSize: 2 })).rejects.toThrow('must be the mean')
})

test.each([
  [4, 'the size of a batch is 4; it has to divide the number of examples, 6'],
  [0, 'the size of a batch is 0; it must be an integer from 1 to 6'],
  [7, 'the size of a batch is 7; it must be an integer from 1 to 6'],
  [1.5, 'the size of a batch is 1.5'],
])('a batch of %d is refused', (size, message) => {
  expect(() => overBatches(spread(tf.scalar(1), [1, 2, 3, 4, 5, 6]), size)).toThrow(message)
})

test('no tensor is left', async () => {
  const objective = overBatches(spread(tf.scalar(1), [1, 2, 3, 4]), 2)
  const tensors = tf.memory().numTensors
  await evaluateLoss(objective)
  expect(tf.memory().numTensors).toBe(tensors)
})
