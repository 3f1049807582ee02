import * as tf from '@tensorflow/tfjs'
import { useBackend } from '@flatland/tensor'
import { beforeAll, expect, test } from 'vitest'
import { lossFunction } from './loss-function.ts'
import { classification, functionObjective } from './objective.ts'

beforeAll(async () => {
  await useBackend('auto')
})

/** Two classes in the plane, by logits x W. */
const objectiveOf = (weights: tf.Tensor) =>
  classification({
    parameters: [weights],
    logits: ([w], x) => tf.matMul(x, w ?? x),
    classes: 2,
    inputs: tf.tensor2d([
      [1, 2],
      [3, -1],
      [0.5, 0.5],
    ]),
    labels: [0, 1, 1],
  })

test('value and gradient are those of the objective at many points, which stays where it is', async () => {
  const weights = tf.tensor2d([
    [1, 0],
    [0, 1],
  ])
  const { start, value, valueAndGradient, dispose } = lossFunction(objectiveOf(weights), { batchSize: 2 })
  expect([...start]).toEqual([1, 0, 0, 1])
  const h = 2 ** -8
  for (let point = 0; point < 8; point++) {
    const theta = Float64Array.of(0.5 * point, -1, 0.25, point)
    const { loss, gradient } = await valueAndGradient(theta)
    expect(await value(theta)).toBeCloseTo(loss, 6)
    for (const i of theta.keys()) {
      const moved = (step: number) => value(theta.map((x, j) => (j === i ? x + step : x)))
      expect(gradient[i]).toBeCloseTo(((await moved(h)) - (await moved(-h))) / (2 * h), 3)
    }
  }
  expect([...weights.dataSync()]).toEqual([1, 0, 0, 1])
  dispose()
})

test('where the loss is not finite it is NaN, with a gradient of NaN', async () => {
  const { valueAndGradient, dispose } = lossFunction(functionObjective([tf.scalar(1)], ([w]) => w.log()))
  for (let call = 0; call < 6; call++) {
    const { loss, gradient } = await valueAndGradient(Float64Array.of(-1))
    expect([loss, ...gradient]).toEqual([NaN, NaN])
    expect((await valueAndGradient(Float64Array.of(1))).gradient[0]).toBeCloseTo(1, 6)
  }
  dispose()
})

test('no tensor is left', async () => {
  const objective = functionObjective([tf.tensor1d([1, 2])], ([w]) => w.square().sum())
  const tensors = tf.memory().numTensors
  const { start, valueAndGradient, dispose } = lossFunction(objective)
  for (let call = 0; call < 6; call++) await valueAndGradient(start)
  dispose()
  expect(tf.memory().numTensors).toBe(tensors)
})
