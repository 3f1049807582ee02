import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rules } from '../test/rules.ts'
import * as o from './index.ts'

beforeAll(async () => {
  await useBackend('wasm')
})
beforeEach(() => {
  tf.engine().startScope()
})
afterEach(() => {
  tf.engine().endScope()
})

const RATE = 0.1

interface Problem {
  readonly theta: readonly tf.Variable[]
  readonly gradients: tf.NamedTensorMap
}

function open(): Problem {
  const theta = [tf.variable(tf.tensor2d([[3, 4]])), tf.variable(tf.tensor1d([2, 0, 0]))]
  const [first, second] = theta.map(({ name }) => name)
  return {
    theta,
    gradients: { [first ?? '']: tf.tensor2d([[0, 10]]), [second ?? '']: tf.tensor1d([1, -2, 2]) },
  }
}

const numbers = (tensor: tf.Tensor | undefined): number[] => [...(tensor?.dataSync() ?? [])]
const length = (values: readonly number[]): number => Math.hypot(...values)

describe.each([
  ['LARS of 2019', o.lars({ momentum: 0 }), [10, 3]],
  ['LARS of 2017', o.lars({ variant: 'you2017', momentum: 0, trustCoefficient: 1 }), [10, 3]],
  ['LARS of optax', o.lars({ variant: 'optax', momentum: 0, trustCoefficient: 1 }), [10, 3]],
  // The first direction of Adam is the sign of the gradient.
  ['LAMB', o.lamb({ weightDecay: 0 }), [1, Math.sqrt(3)]],
] as const)('%s', (_, rule, norms) => {
  test('by hand: ‖θ‖, the norm of the direction, and their ratio', () => {
    const { gradients } = open()
    const found = o.optimizer(rule, RATE).trustRatios(gradients)
    const weights = [5, 2]
    found.forEach(({ weightNorm, directionNorm, ratio }, i) => {
      const [weight = NaN, norm = NaN] = [weights[i], norms[i]]
      expect(weightNorm).toBeCloseTo(weight, 5)
      expect(directionNorm / norm).toBeCloseTo(1, 5)
      expect(ratio / (weight / norm)).toBeCloseTo(1, 5)
    })
    expect(found).toHaveLength(2)
  })

  test('is what the step then does: it is η r ‖u‖ long, at each of three steps', () => {
    const { theta, gradients } = open()
    const descent = o.optimizer(rule, RATE)
    for (let step = 0; step < 3; step++) {
      const found = descent.trustRatios(gradients)
      const before = theta.map(numbers)
      descent.applyGradients(gradients)
      theta.forEach((parameter, i) => {
        const moved = numbers(parameter).map((value, j) => value - (before[i]?.[j] ?? NaN))
        const { directionNorm = NaN, ratio = NaN } = found[i] ?? {}
        expect(length(moved) / (RATE * ratio * directionNorm)).toBeCloseTo(1, 4)
      })
    }
  })
})

test('over accumulate it is that of the whole batch, whichever call comes next', () => {
  const { theta, gradients } = open()
  const [whole, parts] = [o.lamb(), o.accumulate(o.lamb(), 4)].map(rule => o.optimizer(rule, RATE))
  const start = theta.map(each => each.clone())
  for (let step = 0; step < 2; step++) {
    const expected = whole?.trustRatios(gradients)
    expect(parts?.trustRatios(gradients)).toEqual(expected)
    // Both from the same parameters: the one is put back before the other goes on.
    whole?.applyGradients(gradients)
    theta.forEach((each, i) => {
      each.assign(start[i] ?? each)
    })
    for (let part = 0; part < 4; part++) parts?.applyGradients(gradients)
    theta.forEach((each, i) => {
      each.assign(start[i] ?? each)
    })
  }
})

test('what the clamp does, and an exclusion', () => {
  const { gradients } = open()
  const of = (rule: o.Rule): number[] =>
    o
      .optimizer(rule, RATE)
      .trustRatios(gradients)
      .map(({ ratio }) => ratio)
  const [first = NaN, second = NaN] = of(o.lamb({ weightDecay: 0, normClamp: [0, 3] }))
  expect(first).toBeCloseTo(3, 5)
  expect(second).toBeCloseTo(2 / Math.sqrt(3), 5)
  expect(of(o.lamb({ weightDecay: 0, exclude: 'vectors' }))[1]).toBe(1)
  expect(of(o.lars({ momentum: 0, exclude: 'vectors' }))[1]).toBe(1)
})

test.each(rules.map(rule => [rule.name, rule] as const))(
  'a look changes nothing, and leaves nothing: %s',
  (_, rule) => {
    const { theta, gradients } = open()
    const descent = o.optimizer(rule, RATE)
    descent.applyGradients(gradients)
    const held = tf.memory().numTensors
    const before = theta.map(numbers)
    const first = descent.trustRatios(gradients)
    expect(descent.trustRatios(gradients)).toEqual(first)
    expect(theta.map(numbers)).toEqual(before)
    expect(tf.memory().numTensors).toBe(held)
    const isLayerWise = /LARS|LAMB/.test(rule.name)
    expect(first).toHaveLength(isLayerWise ? theta.length : 0)
  },
)
