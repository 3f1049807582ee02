import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as o from './index.ts'

beforeAll(async () => {
  await useBackend('wasm')
})

const refused: [() => unknown, string][] = [
  [() => o.sgd({ weightDecay: -1 }), 'weightDecay is -1'],
  [() => o.sgd({ weightDecay: [{ of: 'all', decay: NaN }] }), 'weightDecay[0].decay is NaN'],
  [() => o.sgd({ weightDecay: [{ of: [''], decay: 0 }] }), "weightDecay[0].of is ['']"],
  [() => o.heavyBall({ momentum: 1 }), 'momentum is 1; it must be a number from 0 on, and below 1'],
  [() => o.heavyBall({ weightDecay: -1 }), 'weightDecay is -1'],
  [() => o.nesterov({ momentum: -0.1 }), 'momentum is -0.1'],
  [() => o.nesterov({ weightDecay: Infinity }), 'weightDecay is Infinity'],
  [() => o.rmsprop({ decay: 1 }), 'decay is 1'],
  [() => o.rmsprop({ epsilon: 0 }), 'epsilon is 0'],
  [() => o.adam({ beta1: 1 }), 'beta1 is 1'],
  [() => o.adam({ beta2: 1.5 }), 'beta2 is 1.5'],
  [() => o.adam({ epsilon: -1 }), 'epsilon is -1'],
  [() => o.adamW({ beta1: NaN }), 'beta1 is NaN'],
  [() => o.adamW({ weightDecay: -0.1 }), 'weightDecay is -0.1'],
  [() => o.lars({ momentum: 1 }), 'momentum is 1'],
  [() => o.lars({ weightDecay: -1 }), 'weightDecay is -1'],
  [() => o.lars({ trustCoefficient: 0 }), 'trustCoefficient is 0'],
  [() => o.lars({ variant: 'apex' as 'timm' }), "variant of LARS is 'apex'; it must be one of you2017"],
  [
    () => o.lars({ exclude: 'biases' as 'vectors' }),
    "exclude is 'biases'; it must be one of all, none, vectors",
  ],
  [() => o.lamb({ variant: 'apex' as 'timm' }), "variant of LAMB is 'apex'; it must be one of paperV3"],
  [() => o.lamb({ beta2: 1 }), 'beta2 is 1'],
  [() => o.lamb({ weightDecay: -1 }), 'weightDecay is -1'],
  [() => o.lamb({ exclude: [] }), 'exclude is []'],
  [() => o.lamb({ normClamp: [2, 1] }), 'normClamp is [2, 1]'],
  [() => o.lamb({ normClamp: [-1, 1] }), 'normClamp is [-1, 1]'],
  [() => o.lamb({ normClamp: [0, Infinity] }), 'normClamp is [0, Infinity]'],
  [() => o.clipByNorm(o.sgd(), 0), 'limit is 0'],
  [() => o.conservative(o.sgd(), { strength: -1 }), 'strength is -1; it must be a finite number from 0 on'],
  [() => o.conservative(o.sgd(), { strength: Infinity }), 'strength is Infinity'],
  [() => o.conservative(o.sgd(), { steps: 0 }), 'steps is 0; it must be a whole number from 1 on'],
  [() => o.conservative(o.sgd(), { steps: 2.5 }), 'steps is 2.5'],
  [() => o.conservative(o.sam(o.conservative(o.sgd()))), 'already takes each batch 3 times'],
  [() => o.ruleFromConfig({ rule: 'conservative' }), 'the rule "conservative" stands on another'],
  [() => o.ruleFromConfig({ rule: 'conservative', gamma: 1, base: { rule: 'sgd' } }), 'has no option gamma'],
  [() => o.perturbed(o.sgd(), { gradientThreshold: 0, radius: 1 }), 'gradientThreshold is 0'],
  [() => o.perturbed(o.sgd(), { gradientThreshold: 1, radius: NaN }), 'radius is NaN'],
  [() => o.perturbed(o.sgd(), { gradientThreshold: 1, radius: 1, wait: 1.5 }), 'wait is 1.5'],
  [() => o.perturbed(o.sgd(), { gradientThreshold: 1, radius: 1, seed: 2 ** 31 }), 'below 2³¹'],
  [() => o.stepDecay({ learningRate: 0, every: 1 }), 'learningRate is 0'],
  [() => o.stepDecay({ learningRate: 1, every: 0 }), 'every is 0'],
  [() => o.stepDecay({ learningRate: 1, every: 1, factor: -1 }), 'factor is -1'],
  [() => o.stepDecay({ learningRate: 1, every: 1 })(-1), 'step is -1'],
  [() => o.polynomial({ learningRate: -1, steps: 1 }), 'learningRate is -1'],
  [() => o.polynomial({ learningRate: 1, steps: 0 }), 'steps is 0'],
  [() => o.polynomial({ learningRate: 1, steps: 1, power: 0 }), 'power is 0'],
  [() => o.polynomial({ learningRate: 1, steps: 1, end: -1 }), 'end is -1'],
  [() => o.cosine({ learningRate: 0, steps: 1 }), 'learningRate is 0'],
  [() => o.cosine({ learningRate: 1, steps: NaN }), 'steps is NaN'],
  [() => o.cosine({ learningRate: 1, steps: 1, end: -1 }), 'end is -1'],
  [() => o.oneCycle({ learningRate: -1, steps: 9 }), 'learningRate is -1'],
  [() => o.oneCycle({ learningRate: 1, steps: 2 }), 'steps is 2'],
  [() => o.oneCycle({ learningRate: 1, steps: 9, rising: 1 }), 'rising is 1'],
  [() => o.oneCycle({ learningRate: 1, steps: 9, rising: 0.1 }), 'rising is 0.1'],
  [() => o.oneCycle({ learningRate: 1, steps: 9, divide: 0 }), 'divide is 0'],
  [() => o.oneCycle({ learningRate: 1, steps: 9, divideLast: 0 }), 'divideLast is 0'],
  [() => o.warmUp(1, { steps: 0 }), 'steps is 0'],
  [() => o.warmUp(1, { epochs: -1, stepsPerEpoch: 1 }), 'epochs is -1'],
  [() => o.warmUp(1, { epochs: 1, stepsPerEpoch: 0 }), 'stepsPerEpoch is 0'],
  [() => o.warmUp(1, { steps: 1, from: 2 }), 'from is 2'],
  [() => o.warmUp(-1, { steps: 1 }), 'the rate after the warm-up is -1'],
  [() => o.linearScaling({ learningRate: 0, batchSize: 1, to: 1 }), 'learningRate is 0'],
  [() => o.linearScaling({ learningRate: 1, batchSize: 0, to: 1 }), 'batchSize is 0'],
  [() => o.squareRootScaling({ learningRate: 1, batchSize: 1, to: -1 }), 'to is -1'],
  [() => o.growBatch(() => 1, { batchSize: 0.5, most: 9 }), 'batchSize is 0.5'],
  [() => o.growBatch(() => 1, { batchSize: 8, most: 4 }), 'most is 4'],
  [() => o.growBatch(() => 0, { batchSize: 8, most: 9 }), 'the first rate of the schedule is 0'],
  [() => o.ruleFromConfig({ rule: 'adan' }), 'rule is "adan"; it must be one of "sgd"'],
  [() => o.ruleFromConfig({}), 'rule is null'],
  [() => o.ruleFromConfig({ rule: 'adam', beta: 0.5 }), 'the rule "adam" has no option beta'],
  [() => o.ruleFromConfig({ rule: 'adam', beta1: '0.5' }), 'beta1 is 0.5'],
  [() => o.ruleFromConfig({ rule: 'sam', rho: 0.1 }), 'the rule "sam" stands on another'],
  [() => o.scheduleFromConfig({ schedule: 'linear' }), 'schedule is "linear"; it must be one of "stepDecay"'],
  [
    () => o.scheduleFromConfig({ schedule: 'cosine', learningRate: 1, steps: 2, power: 2 }),
    'no option power',
  ],
  [() => o.scheduleFromConfig({ schedule: 'warmUp', steps: 2 }), 'give it as after'],
]

test.each(refused)('%s', (make, message) => {
  expect(make).toThrow(RangeError)
  expect(make).toThrow(message)
})

describe('groups', () => {
  const groups = [
    { of: ['gain', 'bias'], decay: 0 },
    { of: ['kernel'], decay: 0.5 },
  ]

  test('by names: the first that has a parameter counts, and what is in none does not decay', () => {
    const variables = ['dense/kernel', 'dense/bias', 'other'].map(name =>
      tf.variable(tf.ones([1, 2]), true, name),
    )
    const descent = o.optimizer(o.sgd({ weightDecay: groups }), 1)
    descent.applyGradients(variables.map(({ name }) => ({ name, tensor: tf.zeros([1, 2]) })))
    expect(variables.map(variable => variable.dataSync()[0])).toEqual([0.5, 1, 1])
    tf.dispose(variables)
  })

  test('by names that nothing has, or of tensors without any, are refused', () => {
    const rule = o.sgd({ weightDecay: groups })
    const inputs = { learningRate: tf.scalar(1), step: tf.scalar(1) }
    const update = (parameter: tf.Tensor) => () => rule.update([parameter], [tf.ones([2])], [{}], inputs)
    const variable = tf.variable(tf.ones([2]), true, 'weights')
    expect(update(variable)).toThrow("no parameter has 'gain', 'bias' in its name: they are 'weights'")
    expect(update(tf.ones([2]))).toThrow(
      "'gain', 'bias' selects by name, and parameter 0 is a tensor without one",
    )
    variable.dispose()
  })
})
