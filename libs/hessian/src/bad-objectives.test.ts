import { crossEntropy } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { examplesOf, failureOf, objectiveWith, ones } from '../test/bad-input.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import {
  atPoint,
  empiricalFisher,
  escapeAlongNegativeCurvature,
  evaluateGradient,
  evaluateLoss,
  findCriticalPoints,
  finiteDifferenceHessian,
  gaussNewton,
  gradientDescent,
  hessian,
  jacobian,
  monteCarloFisher,
  perturbedGradientDescent,
  quadraticModel,
  restrictParameters,
  saddleFreeNewton,
  type ModelObjective,
  tensorExamples,
} from './index.ts'
import { parameterSize } from './parameter-tensors.ts'

await tensorScope()

interface Batches {
  readonly batchSize?: number
  readonly signal?: AbortSignal
}

type Work = (objective: ModelObjective, batches?: Batches) => unknown

const onesFor = ({ parameters }: ModelObjective): Float64Array => ones(parameterSize(parameters))
const learningRate = 0.1

/** Whatever takes an objective, named for what is called. */
const works: Record<string, Work> = {
  hessian: (o, b) => hessian(o, b).apply(onesFor(o)),
  gaussNewton: (o, b) => gaussNewton(o, b).apply(onesFor(o)),
  empiricalFisher: (o, b) => empiricalFisher(o, b).apply(onesFor(o)),
  monteCarloFisher: (o, b) => monteCarloFisher(o, b).apply(onesFor(o)),
  'monteCarloFisher, estimate': (o, b) => monteCarloFisher(o, { ...b, samples: 2 }).estimate(onesFor(o)),
  jacobian: (o, b) => jacobian(o, b).apply(onesFor(o)),
  'jacobian, transposed': (o, b) => jacobian(o, b).applyTranspose(ones(3 * o.examples.size)),
  finiteDifferenceHessian: (o, b) => finiteDifferenceHessian(o, b).apply(onesFor(o)),
  evaluateLoss,
  evaluateGradient,
  atPoint: (o, b) => atPoint(o, onesFor(o), there => evaluateGradient(there, b)),
  restrictParameters: (o, b) => evaluateGradient(restrictParameters(o, [...o.parameters.keys()]), b),
  quadraticModel: async (o, b) => (await quadraticModel(o, b)).value(onesFor(o)),
  'quadraticModel, compare': async (o, b) => (await quadraticModel(o, b)).compare(onesFor(o)),
  'quadraticModel, along': async (o, b) => (await quadraticModel(o, b)).along(onesFor(o)),
  gradientDescent: (o, b) => gradientDescent(o, { ...b, learningRate, steps: 3 }),
  perturbedGradientDescent: (o, b) => perturbedGradientDescent(o, { ...b, learningRate, steps: 3 }),
  escapeAlongNegativeCurvature: (o, b) => escapeAlongNegativeCurvature(o, b),
  saddleFreeNewton: (o, b) => saddleFreeNewton(o, { ...b, steps: 2 }),
  findCriticalPoints: (o, b) => findCriticalPoints(o, { ...b, starts: 2, steps: 2 }),
}

const badObjectives: [what: string, objective: () => ModelObjective, message: RegExp][] = [
  [
    'no parameters',
    () => objectiveWith({ parameters: [] }),
    /has no parameters: give at least one|there are no indices; give at least one/,
  ],
  [
    'a parameter that has been disposed of',
    () => {
      const w = tf.ones([2, 3])
      w.dispose()
      return objectiveWith({ parameters: [w] })
    },
    /Parameter 0 of the objective has been disposed of: keep it/,
  ],
  [
    'NaN parameters',
    () => objectiveWith({ parameters: [tf.fill([2, 3], NaN)] }),
    /start from finite parameters|look for NaN in the parameters/,
  ],
  [
    'a parameter of integers',
    () => objectiveWith({ parameters: [tf.ones([2, 3], 'int32')] }),
    /parameter 0 of shape \[2,3\] is of int32; a gradient needs float32/,
  ],
  [
    'a loss that does not depend on a parameter',
    () => objectiveWith({ parameters: [tf.ones([2, 3]), tf.scalar(1)] }),
    /The loss does not depend on parameter 1 of shape \[\]: leave it out/,
  ],
  [
    'a loss that is no scalar',
    () => objectiveWith({ outputLoss: z => z }),
    /The loss must be a float32 scalar; .*: take its mean or sum/,
  ],
  [
    'an empty data set',
    () => objectiveWith({ examples: examplesOf(tf.zeros([0, 2])) }),
    /The number of examples is 0; it must be an integer at least 1: a mean needs data/,
  ],
  [
    'NaN in the data',
    () => objectiveWith({ examples: examplesOf(tf.fill([4, 2], NaN)) }),
    /The loss is NaN, so it has no gradient: look for NaN in the parameters or the data/,
  ],
]

describe.each(badObjectives)('%s', (what, objective, message) => {
  // A loss is NaN where it is NaN: see below. And atPoint is there to leave the parameters.
  const exempt = (name: string): boolean =>
    (name === 'evaluateLoss' && what.startsWith('NaN')) || (name === 'atPoint' && what === 'NaN parameters')

  test.each(Object.entries(works).filter(([name]) => !exempt(name)))('%s', async (_, work) => {
    const { error, left } = await failureOf(() => work(objective()))
    expect(error).toBeInstanceOf(RangeError)
    expect(String(error)).toMatch(message)
    expect(left).toBe(tensorsOf(objective))
  })
})

/** Those of the objective itself. */
function tensorsOf(make: () => unknown): number {
  const before = tf.memory().numTensors
  make()
  return tf.memory().numTensors - before
}

test('the loss at NaN is NaN, and says so', async () => {
  expect(await evaluateLoss(objectiveWith({ parameters: [tf.fill([2, 3], NaN)] }))).toBeNaN()
})

describe('a loss that is no mean over the examples of a batch', () => {
  const sum = (): ModelObjective =>
    objectiveWith({ outputLoss: (z, y) => crossEntropy(z, y).mul(z.shape[0]) })
  const message =
    /The loss of two examples is .*it must be the mean of the examples.* all 4 examples as one batch/

  test.each(Object.entries(works))('%s', async (_, work) => {
    const { error, left } = await failureOf(() => work(sum(), { batchSize: 3 }))
    expect(error).toBeInstanceOf(RangeError)
    expect(String(error)).toMatch(message)
    expect(left).toBe(tensorsOf(sum))
  })

  test('as with statistics of the batch', async () => {
    const centred: ModelObjective['outputs'] = ([w = tf.scalar(NaN)], x) => {
      const z = tf.matMul(x, w)
      return z.sub(z.mean(0))
    }
    const objective = objectiveWith({ outputs: centred })
    await expect(evaluateGradient(objective, { batchSize: 3 })).rejects.toThrow(message)
    expect((await evaluateGradient(objective)).loss).toBeGreaterThan(0)
  })

  /** The mean of ℓ = w · x² of one parameter, or what is made of the losses ℓ of a batch, with weights as targets. */
  const lossesOf = (
    x: number[],
    weights: number[],
    w: tf.Tensor,
    combine: (losses: tf.Tensor, weights: tf.Tensor) => tf.Tensor,
  ): ModelObjective =>
    objectiveWith({
      parameters: [w],
      outputs: ([at = w], inputs) => inputs.square().mul(at),
      outputLoss: combine,
      examples: tensorExamples(tf.tensor1d(x), tf.tensor1d(weights)),
    })
  const sumOfAll = (losses: tf.Tensor): tf.Tensor => losses.sum()
  const weighted = (losses: tf.Tensor, weights: tf.Tensor): tf.Tensor =>
    losses.mul(weights).sum().div(weights.sum())

  test('with weights of classes, in their order: seen from the first example to the last', async () => {
    const objective = lossesOf([1, 2, 3, 1, 2, 3], [1, 1, 1, 9, 9, 9], tf.scalar(1), weighted)
    await expect(evaluateLoss(objective, { batchSize: 3 })).rejects.toThrow('The loss of two examples is')
  })

  test('seen at the end of the data alone', async () => {
    const objective = lossesOf([0, 0, 0, 2, 0], [1, 1, 1, 1, 1], tf.scalar(1), sumOfAll)
    await expect(evaluateLoss(objective, { batchSize: 3 })).rejects.toThrow('The loss of two examples is')
  })

  test.each([
    ['losses of 0', sumOfAll, 0, [1, 2, 3, 4]],
    ['equal losses', weighted, 1, [1, 1, 1, 1]],
  ])('is not remembered as good for %s', async (_, combine, w, x) => {
    const { loss } = lossesOf(x, [1, 2, 3, 4], tf.scalar(w), combine)
    const at = (parameter: number, inputs: number[]): ModelObjective => ({
      ...lossesOf(inputs, [1, 2, 3, 4], tf.scalar(parameter), combine),
      loss,
    })
    expect(await evaluateLoss(at(w, x), { batchSize: 2 })).toBe(w)
    await expect(evaluateLoss(at(1, [1, 2, 3, 4]), { batchSize: 2 })).rejects.toThrow(
      'The loss of two examples is',
    )
  })

  test('a mean is looked at once, also of examples that cannot be joined', async () => {
    const slices: number[][] = []
    const slice = (start: number, end: number) => {
      slices.push([start, end])
      // As sequences of other lengths: example i has i + 1 places.
      return { inputs: tf.range(start, end).reshape([-1, 1]).tile([1, end]), targets: tf.ones([end - start]) }
    }
    const objective = objectiveWith({
      parameters: [tf.scalar(1)],
      outputs: ([w = tf.scalar(NaN)], inputs) => inputs.mean(1).add(1).mul(w),
      outputLoss: z => z.mean(),
      examples: { size: 4, slice },
    })
    expect(await evaluateLoss(objective, { batchSize: 3 })).toBeCloseTo(2.5, 6)
    const before = slices.length
    expect(before).toBeGreaterThan(2)
    await evaluateLoss(objective, { batchSize: 3 })
    expect(slices.slice(before)).toEqual([[0, 3], [3, 4]]) // prettier-ignore
  })

  test('may be looked at as one batch', async () => {
    const [whole, mean] = [await evaluateLoss(sum(), { batchSize: 4 }), await evaluateLoss(objectiveWith())]
    expect(whole / mean).toBeCloseTo(4, 5)
  })
})

describe.each([0, 2.5, NaN])('batchSize %s', batchSize => {
  test.each(Object.entries(works))('%s', async (_, work) => {
    const { error } = await failureOf(() => work(objectiveWith(), { batchSize }))
    expect(error).toBeInstanceOf(RangeError)
    expect(String(error)).toMatch(`batchSize is ${batchSize}; it must be an integer at least 1`)
  })
})

describe('interrupted on its way, leaves no tensors', () => {
  test.each(Object.entries(works))('%s', async (_, work) => {
    const objective = objectiveWith()
    /** Interrupts in the micro-batch of this number; resolves with the number that were begun. */
    const begunWith = async (last: number, reason: Error): Promise<number> => {
      const controller = new AbortController()
      let begun = 0
      const slice = (start: number, end: number) => {
        begun++
        if (begun === last) controller.abort(reason)
        return objective.examples.slice(start, end)
      }
      const watched = objectiveWith({ ...objective, examples: { ...objective.examples, slice } })
      const { signal } = controller
      const { error, left } = await failureOf(() => work(watched, { batchSize: 1, signal }))
      expect(left).toBe(0)
      if (last < Infinity) expect(error).toBe(reason)
      return begun
    }
    const reason = new Error('the reader interrupted')
    const all = await begunWith(Infinity, reason)
    const last = Math.round(0.7 * all)
    // One more may be begun by a check.
    expect(await begunWith(last, reason)).toBeLessThanOrEqual(last + 1)
    expect(last + 1).toBeLessThanOrEqual(all)
  })
})
