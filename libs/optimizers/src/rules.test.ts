import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rules } from '../test/rules.ts'
import { minimized, numbersOf, openProblem } from '../test/trajectories.ts'
import * as o from './index.ts'

beforeAll(async () => {
  await useBackend('wasm')
})
beforeEach(() => {
  tf.engine().startScope()
  inputs = { learningRate: tf.scalar(0.1), step: tf.scalar(2) }
})
afterEach(() => {
  tf.engine().endScope()
})

const named = rules.map(rule => [rule.name, rule] as const)
let inputs: o.StepInputs

test('each has a name of its own, and is made again from its settings', () => {
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length)
  for (const rule of rules) {
    const again = o.ruleFromConfig(JSON.parse(JSON.stringify(rule.config)) as tf.serialization.ConfigDict)
    expect([again.name, again.config, again.slots]).toEqual([rule.name, rule.config, rule.slots])
  }
})

test.each(named)('is a pure function that leaves only its results: %s', (_, rule) => {
  const parameters = [tf.tensor2d([[1, -2]]), tf.tensor1d([3])]
  const gradients = [tf.tensor2d([[0.5, 2]]), tf.tensor1d([0])]
  const state = o.initialState(rule, parameters)
  const before = numbersOf([...parameters, ...gradients, ...state.flatMap(each => Object.values(each))])
  const held = tf.memory().numTensors
  const first = rule.update(parameters, gradients, state, inputs)
  const results = [...first.parameters, ...first.state.flatMap(each => Object.values(each))]
  expect(tf.memory().numTensors - held).toBe(2 + 2 * rule.slots.length)
  const second = rule.update(parameters, gradients, state, inputs)
  expect(numbersOf(second.parameters)).toEqual(numbersOf(first.parameters))
  expect(numbersOf(results)).not.toContain(NaN)
  expect(numbersOf([...parameters, ...gradients, ...state.flatMap(each => Object.values(each))])).toEqual(
    before,
  )
})

test.each(named)('refuses tensors that do not fit: %s', (_, rule) => {
  const [x, y] = [tf.ones([2]), tf.ones([3])]
  const state = o.initialState(rule, [x])
  expect(() => rule.update([], [], [], inputs)).toThrow('got no parameters')
  expect(() => rule.update([x], [x], [], inputs)).toThrow(/gradients and 0 states/)
  expect(() => rule.update([x], [y], state, inputs)).toThrow(
    'parameter 0 is of shape [2], its gradient is of shape [3]',
  )
  const broad = tf.ones([1])
  expect(() => rule.update([x], [broad], state, inputs)).toThrow('its gradient is of shape [1]')
  const [slot = 'none'] = rule.slots
  if (slot === 'none') return
  expect(() => rule.update([x], [x], [{ ...state[0], [slot]: broad }], inputs)).toThrow(
    `its ${slot} is of shape [1]`,
  )
  expect(() => rule.update([x], [x], [{}], inputs)).toThrow(/its \w+ is missing/)
})

describe('LAMB with a ratio of 1', () => {
  test('is AdamW', () => {
    const trajectory = (rule: o.Rule): number[] => {
      const problem = openProblem('network')
      const descent = o.optimizer(rule, 0.02)
      for (let i = 0; i < 50; i++) minimized(descent, problem)
      return numbersOf(problem.parameters)
    }
    const fixed = trajectory(o.lamb({ exclude: 'all', epsilon: 1e-8, weightDecay: 0.1 }))
    const expected = trajectory(o.adamW({ weightDecay: 0.1 }))
    fixed.forEach((value, i) => {
      expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(1e-5)
    })
    const adapted = trajectory(o.lamb({ epsilon: 1e-8, weightDecay: 0.1 }))
    expect(Math.abs((adapted[0] ?? 0) - (expected[0] ?? 0))).toBeGreaterThan(1e-3)
  })
})

describe('layer-wise rates', () => {
  const length = fc.double({ min: 0.01, max: 100, noNaN: true })

  test('LAMB and LARS move each tensor by η ‖θ‖, whatever the size of the gradient', () => {
    fc.assert(
      fc.property(length, length, (size, slope) => {
        const layerWise: o.Rule[] = [o.lamb({ weightDecay: 0, epsilon: 1e-12 }), o.lars()]
        for (const rule of layerWise) {
          const theta = tf.tensor1d([size, -size])
          const next = rule.update(
            [theta],
            [tf.tensor1d([slope, slope / 2])],
            o.initialState(rule, [theta]),
            {
              ...inputs,
              step: tf.scalar(1),
            },
          )
          const moved =
            theta
              .sub(next.parameters[0] ?? 0)
              .norm()
              .dataSync()[0] ?? NaN
          expect(moved / (0.1 * size * Math.SQRT2)).toBeCloseTo(1, 4)
        }
      }),
      { seed: 1, numRuns: 30 },
    )
  })

  test('a tensor of zeros moves as without a ratio', () => {
    const zeros = tf.zeros([2])
    for (const variant of ['you2017', 'you2019', 'timm', 'optax'] as const) {
      const rule = o.lars({ variant, momentum: 0, weightDecay: 0.1 })
      const { parameters } = rule.update([zeros], [tf.ones([2])], o.initialState(rule, [zeros]), inputs)
      expect(parameters[0]?.dataSync()[0]).toBeCloseTo(-0.1, 6)
    }
  })
})

describe('clipping', () => {
  test('scales the gradient to the limit, and leaves a shorter one as it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e3, noNaN: true }), size => {
        const rule = o.clipByNorm(o.sgd(), 2)
        const theta = tf.zeros([2])
        const gradient = tf.tensor1d([0.6 * size, 0.8 * size])
        const [next] = rule.update([theta], [gradient], [{}], {
          ...inputs,
          learningRate: tf.scalar(1),
        }).parameters
        expect(next?.norm().dataSync()[0]).toBeCloseTo(Math.min(2, size), 3)
        if (size < 1.99) expect(next?.dataSync()).toEqual(theta.sub(gradient).dataSync())
      }),
      { seed: 2, numRuns: 50 },
    )
  })
})

describe('accumulation', () => {
  test.each(['adam', 'lamb'] as const)('micro-batches are their batch: %s', name => {
    const halves = [tf.tensor1d([1, 2]), tf.tensor1d([-3, 0.5])]
    const run = (rule: o.Rule, gradients: readonly tf.Tensor[]): number[] => {
      const theta = tf.variable(tf.tensor1d([1, 1]))
      const descent = o.optimizer(rule, o.polynomial({ learningRate: 0.1, steps: 4 }))
      for (let i = 0; i < 3; i++)
        for (const each of gradients) descent.minimize(() => theta.square().mul(each).sum(), false, [theta])
      return numbersOf([theta])
    }
    const whole = run(o[name](), [tf.addN(halves).div(2)])
    run(o.accumulate(o[name](), 2), halves).forEach((value, i) => {
      expect(value).toBeCloseTo(whole[i] ?? NaN, 6)
    })
  })

  test('over itself is refused', () => {
    expect(() => o.accumulate(o.accumulate(o.sgd(), 2), 2)).toThrow('already accumulates')
    expect(() => o.accumulate(o.sgd(), 0)).toThrow('every is 0')
    expect(() => o.accumulate(o.sgd(), 1.5)).toThrow('every is 1.5')
  })
})
