import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { sample } from './agreement.ts'
import { buildNetwork, call, workload } from './workload.ts'

beforeAll(async () => {
  await useBackend('native')
})

const SIZES = { kind: 'mlp', inputs: 4, hidden: [6, 5], classes: 3 } as const

/** The small problem of the agreement check, with the parameters moved along the direction. */
function problem(shift = 0) {
  const network = buildNetwork(SIZES)
  const { parameters, direction, inputs, labels, batch } = sample(SIZES, 11)
  const shaped = (values: readonly (readonly number[])[]) =>
    network.parameterShapes.map(({ shape }, i) => tf.tensor([...(values[i] ?? [])], [...shape]))
  const moved = parameters.map((values, i) =>
    values.map((value, j) => value + shift * (direction[i]?.[j] ?? NaN)),
  )
  const tensors = {
    parameters: shaped(moved).map(start => tf.variable(start)),
    inputs: tf.tensor([...inputs], [batch, 4]),
    labels: tf.oneHot([...labels], 3).toFloat(),
    direction: shaped(direction),
  }
  return { tensors, load: workload(network, tensors, 0.1) }
}

const flat = (tensors: readonly tf.Tensor[]) => tensors.flatMap(tensor => [...tensor.dataSync()])
const norm = (values: readonly number[]) => Math.hypot(...values)

test('the gradient along v is the difference quotient of the loss', () => {
  const h = 1e-2
  const gradient = flat(problem().load.gradient())
  const slope = gradient.reduce((sum, g, i) => sum + g * (flat(problem().tensors.direction)[i] ?? NaN), 0)
  const quotient = (problem(h).load.loss() - problem(-h).load.loss()) / (2 * h)
  expect(Math.abs(slope - quotient) / Math.abs(slope)).toBeLessThan(1e-2)
})

test('the product is the difference quotient of the gradient', () => {
  const h = 1e-3
  const product = flat(problem().load.product())
  const [ahead, behind] = [flat(problem(h).load.gradient()), flat(problem(-h).load.gradient())]
  const errors = product.map((p, i) => p - ((ahead[i] ?? NaN) - (behind[i] ?? NaN)) / (2 * h))
  expect(norm(product)).toBeGreaterThan(0.1)
  expect(norm(errors) / norm(product)).toBeLessThan(1e-2)
})

test('a step moves the parameters by −0.1 times the gradient', () => {
  const { tensors, load } = problem()
  const [before, gradient] = [flat(tensors.parameters), flat(load.gradient())]
  load.step()
  const after = flat(tensors.parameters)
  const errors = after.map((value, i) => value - ((before[i] ?? NaN) - 0.1 * (gradient[i] ?? NaN)))
  expect(norm(errors)).toBeLessThan(1e-6 * norm(before))
})

test('no call leaves a tensor behind, not even one that fails', () => {
  const { tensors, load } = problem()
  const before = tf.memory().numTensors
  for (const work of ['step', 'gradient', 'product'] as const) call(load, work)
  expect(tf.memory().numTensors).toBe(before)
  for (const parameter of tensors.parameters) parameter.assign(tf.fill(parameter.shape, NaN))
  const poisoned = tf.memory().numTensors
  for (const work of ['step', 'gradient', 'product'] as const) {
    expect(() => {
      call(load, work)
    }).toThrow(/ (came out as|is) NaN/)
  }
  expect(tf.memory().numTensors).toBe(poisoned)
})

test('the same seed gives the same problem', () => {
  expect(sample(SIZES, 11)).toEqual(sample(SIZES, 11))
  expect(sample(SIZES, 11).inputs).not.toEqual(sample(SIZES, 12).inputs)
})
