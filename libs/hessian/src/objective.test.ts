import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { tensorScope } from '../test/tensor-scope.ts'
import { atPoint, evaluateLoss } from './evaluate.ts'
import { classification, type Classification, functionObjective, tensorExamples } from './objective.ts'

await tensorScope()

const nothing = tf.scalar(0)

function linear(changes: Partial<Classification> = {}): Classification {
  return {
    parameters: [tf.zeros([2, 3])],
    logits: ([w = nothing], x) => tf.matMul(x, w),
    classes: 3,
    inputs: tf.ones([4, 2]),
    labels: [0, 1, 2, 0],
    ...changes,
  }
}

test('a classifier that knows nothing has a loss of log 3', async () => {
  expect(await evaluateLoss(classification(linear()), { batchSize: 3 })).toBeCloseTo(Math.log(3), 6)
})

test('inputs may be made as they are needed', async () => {
  const asked: number[][] = []
  const inputs = (start: number, end: number): tf.Tensor => {
    asked.push([start, end])
    return tf.ones([end - start, 2])
  }
  expect(await evaluateLoss(classification(linear({ inputs })), { batchSize: 3 })).toBeCloseTo(Math.log(3), 6)
  // The others are for the checks, of one or two examples.
  expect(asked.slice(-2)).toEqual([[0, 3], [3, 4]]) // prettier-ignore
  expect(asked.slice(0, -2).every(([start = NaN, end = NaN]) => end - start <= 2)).toBe(true)
})

test('labels that are no classes, and inputs of another number, are refused', () => {
  expect(() => classification(linear({ labels: [0, 1, 3, 0] }))).toThrow(
    'label 2 is 3; with 3 classes use 0 to 2',
  )
  expect(() => classification(linear({ labels: [0, 1.5, 2, 0] }))).toThrow('label 1 is 1.5')
  expect(() => classification(linear({ labels: [0, 1] }))).toThrow('2 labels, and inputs of shape [4,2]')
  expect(() => tensorExamples(tf.zeros([3, 1]), tf.zeros([2, 1]))).toThrow(
    'inputs of shape [3,1] and targets of shape [2,1]',
  )
})

test('the same objective at another point', async () => {
  const objective = functionObjective([tf.scalar(1), tf.tensor1d([2, 3])], ([a, b]) => b.sum().mul(a))
  expect(await evaluateLoss(objective)).toBe(5)
  expect(await atPoint(objective, Float64Array.of(2, 10, 20), there => evaluateLoss(there))).toBe(60)
  expect(await evaluateLoss(objective)).toBe(5)
})
