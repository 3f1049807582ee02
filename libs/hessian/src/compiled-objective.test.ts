import { isTracing, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFixture } from '../test/fixture-networks.ts'
import { builtHere } from '../test/native.ts'
import { relativeError } from '../test/relative-error.ts'
import { whileCompiled } from './compiled-objective.ts'
import { empiricalFisher } from './empirical-fisher.ts'
import { escapeAlongNegativeCurvature } from './escape-along-negative-curvature.ts'
import { evaluateGradient, evaluateLoss } from './evaluate.ts'
import { findCriticalPoints } from './find-critical-points.ts'
import { finiteDifferenceHessian } from './finite-difference-hessian.ts'
import { gaussNewton } from './gauss-newton.ts'
import { gradientDescent } from './gradient-descent.ts'
import { hessian } from './hessian-operator.ts'
import { jacobian } from './jacobian.ts'
import { layersModel } from './layers-model.ts'
import { type LinearOperator, openOperator } from './linear-operator.ts'
import { monteCarloFisher } from './monte-carlo-fisher.ts'
import {
  classification,
  functionObjective,
  type ModelObjective,
  modelObjective,
  type Objective,
  tensorExamples,
} from './objective.ts'
import { perturbedGradientDescent } from './perturbed-gradient-descent.ts'
import { quadraticModel } from './quadratic-model.ts'
import { saddleFreeNewton } from './saddle-free-newton.ts'
import { symmetryError } from './symmetry-error.ts'

const atEnd: (() => void)[] = []
beforeEach(async () => {
  await useBackend('native')
  tf.engine().startScope()
})
afterEach(() => {
  for (const end of atEnd.splice(0)) end()
  tf.engine().endScope()
})

const vector = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => Math.cos(i))

function opened(operator: LinearOperator): () => Promise<Float64Array> {
  const open = openOperator(operator)
  atEnd.push(open.close)
  return async () => open.apply(vector(operator.size))
}

/** Within a call that looks at several points. */
function compiled(
  objective: ModelObjective,
  work: (objective: Objective) => Promise<Float64Array>,
): () => Promise<Float64Array> {
  const whole = new Promise<Objective>(resolve => {
    void whileCompiled(objective, async inside => {
      resolve(inside)
      await new Promise<void>(end => atEnd.push(end))
    })
  })
  return async () => work(await whole)
}

const batchSize = 4

/** Whatever runs compiled, to be done several times within the life of its graphs. */
const works: Record<string, (objective: ModelObjective) => () => Promise<Float64Array>> = {
  'hessian, open': objective => opened(hessian(objective, { batchSize })),
  'gaussNewton, open': objective => opened(gaussNewton(objective, { batchSize })),
  evaluateGradient: objective =>
    compiled(objective, async inside => (await evaluateGradient(inside, { batchSize })).gradient),
}

const others: typeof works = {
  evaluateLoss: objective =>
    compiled(objective, async inside => Float64Array.of(await evaluateLoss(inside, { batchSize }))),
  hessian: objective => {
    const operator = hessian(objective, { batchSize })
    return async () => operator.apply(vector(operator.size))
  },
  'quadraticModel, hessian': objective => {
    const model = quadraticModel(objective, { batchSize })
    return async () => (await model).hessian.apply(vector((await model).hessian.size))
  },
  empiricalFisher: objective => opened(empiricalFisher(objective, { batchSize })),
  monteCarloFisher: objective => opened(monteCarloFisher(objective, { batchSize, samples: 3 })),
  jacobian: objective => {
    const { apply, columns } = jacobian(objective, { batchSize })
    return () => apply(vector(columns))
  },
  'jacobian, transposed': objective => {
    const { applyTranspose, rows } = jacobian(objective, { batchSize })
    return () => applyTranspose(vector(rows))
  },
}

function layers(): ModelObjective {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: 'tanh', inputShape: [6, 6, 1] }),
      tf.layers.batchNormalization(),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3 }),
    ],
  })
  atEnd.push(() => model.dispose())
  const { parameters, outputs } = layersModel(model)
  const inputs = tf.tensor(randomStream(21).normal(11 * 36), [11, 6, 6, 1])
  const labels = [0, 2, 1, 1, 0, 1, 1, 0, 2, 2, 0]
  return classification({ parameters, logits: outputs, classes: 3, inputs, labels })
}

describe.runIf(builtHere)('compiled', () => {
  describe.each([
    ['a tanh network', () => openFixture('mlp-tanh').objective, { ...works, ...others }],
    ['a relu network', () => openFixture('mlp-relu').objective, works],
    ['a CNN', () => openFixture('cnn').objective, works],
    ['a transformer', () => openFixture('transformer').objective, works],
    ['a tf.LayersModel', layers, works],
  ] as const)('%s', (_, make, worksOf) => {
    test.each(Object.entries(worksOf))('%s is that of eager calls', async (_, open) => {
      const made = make()
      let calls = 0
      // The checks look at two examples at most.
      const outputs: ModelObjective['outputs'] = (at, x) => {
        const [examples = 0] = x.shape
        if (examples > 2) calls++
        return made.outputs(at, x)
      }
      const work = open(modelObjective({ ...made, outputs }))
      const eager = await work()
      expect(calls).toBeGreaterThan(0)
      // Eight micro-batches, then two of each size, before graphs run; the next pass has what they kept.
      for (let pass = 0; pass < 4; pass++) await work()
      calls = 0
      const product = await work()
      expect(calls).toBe(0)
      expect(relativeError(product, eager)).toBeLessThan(1e-6)
    })
  })

  test('a function without data, also where an assigned variable is a parameter', async () => {
    const variable = tf.variable(tf.tensor1d([1, 2]))
    atEnd.push(() => {
      variable.dispose()
    })
    const cubic = functionObjective([variable], ([w]) => w.pow(3).sum())
    const work = opened(hessian(cubic))
    const at = async (): Promise<number[]> =>
      [...(await work())].map((value, i) => Number((value / Math.cos(i)).toPrecision(6)))
    for (let i = 0; i < 14; i++) await work()
    expect(await at()).toEqual([6, 12])
    variable.assign(tf.tensor1d([10, 100]))
    expect(await at()).toEqual([60, 600])
  })
})

/** A function of two numbers, with how often it was traced. */
function counted(loss: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): {
  objective: Objective
  traced: () => number
} {
  let traces = 0
  const objective = functionObjective([tf.scalar(0.3), tf.scalar(-0.2)], ([a, b]) => {
    if (isTracing()) traces++
    return loss(a, b)
  })
  return { objective, traced: () => traces }
}

describe.runIf(builtHere)('a call that looks at many points', () => {
  const searches: Record<string, (objective: Objective) => Promise<unknown>> = {
    findCriticalPoints: objective => findCriticalPoints(objective, { starts: 20, steps: 5 }),
    gradientDescent: objective => gradientDescent(objective, { learningRate: 0.01, steps: 30 }),
    perturbedGradientDescent: objective =>
      perturbedGradientDescent(objective, { learningRate: 0.01, steps: 30 }),
    saddleFreeNewton: objective => saddleFreeNewton(objective, { steps: 15 }),
    escapeAlongNegativeCurvature: objective => escapeAlongNegativeCurvature(objective, { steps: 3 }),
    finiteDifferenceHessian: async objective => {
      const operator = finiteDifferenceHessian(objective)
      for (let i = 0; i < 10; i++) await operator.apply(Float64Array.of(1, 2))
    },
    'quadraticModel, along': async objective =>
      (await quadraticModel(objective)).along(Float64Array.of(1, 2)),
  }
  test.each(Object.entries(searches))('%s traces each thing once', async (_, search) => {
    const { objective, traced } = counted((a, b) => tf.sub(1, a.mul(b)).square())
    await search(objective)
    // Twice, to compare, and at the 16th, 64th, 256th and 1024th call: losses, gradients and products.
    expect(traced()).toBeGreaterThanOrEqual(2)
    expect(traced()).toBeLessThanOrEqual(18)
    const before = traced()
    await search(objective)
    // Nothing outlives the call.
    expect(traced()).toBe(2 * before)
  })
})

describe.runIf(builtHere)('what is compiled for a call', () => {
  const twelve = async (objective: Objective): Promise<number> => {
    for (let i = 0; i < 11; i++) await evaluateLoss(objective)
    return evaluateLoss(objective)
  }

  test('is given back at its end', async () => {
    const { objective, traced } = counted((a, b) => a.mul(b))
    let kept = objective
    await whileCompiled(objective, async inside => {
      kept = inside
      await twelve(inside)
    })
    expect(traced()).toBe(2)
    await evaluateLoss(kept)
    expect(traced()).toBe(3)
  })

  test('serves its own loss and no other', async () => {
    const { objective } = counted((a, b) => a.mul(b))
    await whileCompiled(objective, async inside => {
      expect(await twelve(inside)).toBeCloseTo(-0.06, 6)
      const other = { ...inside, loss: ([a = tf.scalar(NaN), b = a]: readonly tf.Tensor[]) => a.add(b) }
      expect(await evaluateLoss(other)).toBeCloseTo(0.1, 6)
    })
  })
})

describe.runIf(builtHere)('a loss that is not what a graph can be', () => {
  const times = async (count: number, work: () => Promise<Float64Array>): Promise<number[]> => {
    const values: number[] = []
    for (let i = 0; i < count; i++) values.push((await work())[0] ?? NaN)
    return values
  }

  test('a number that changes between two operators gives the products of the new one', async () => {
    let decay = 1
    const objective = functionObjective([tf.scalar(1)], ([w]) => w.square().mul(decay))
    expect(await times(14, opened(hessian(objective)))).toEqual(Array(14).fill(2))
    decay = 5
    expect(await times(14, opened(hessian(objective)))).toEqual(Array(14).fill(10))
    expect((await evaluateGradient(objective)).gradient[0]).toBe(10)
  })

  test('a number that changes while an operator lives is refused, as results were given with the old one', async () => {
    let decay = 1
    const objective = functionObjective([tf.scalar(1)], ([w]) => w.square().mul(decay))
    const work = opened(hessian(objective))
    await times(14, work)
    decay = 5
    await expect(times(20, work)).rejects.toThrow(/compiled-objective.test.ts:\d+/)
  })

  test('one that reads a tensor runs as ever', async () => {
    const objective = functionObjective([tf.scalar(3)], ([w]) => w.square().mul(w.dataSync()[0] ?? NaN))
    expect(await times(14, opened(hessian(objective)))).toEqual(Array(14).fill(6))
  })

  test.each([
    ['numbers of JavaScript', (random: () => number) => tf.scalar(random())],
    ['tensors', (random: () => number) => tf.randomUniform([], 0, 1, 'float32', String(random()))],
  ])('one with noise from %s has other products each time, which symmetryError sees', async (_, noise) => {
    const random = randomStream(2)
    const weights = (): tf.Tensor => noise(() => random.uniform(1)[0] ?? NaN)
    const objective = functionObjective([tf.scalar(1), tf.scalar(2)], ([a, b]) =>
      a.mul(b).square().mul(weights()),
    )
    const values = await times(20, opened(hessian(objective)))
    expect(new Set(values).size).toBe(20)
    expect(await symmetryError(hessian(objective), { probes: 20 })).toBeGreaterThan(0.1)
  })

  test('one that reads a parameter itself has its whole curvature', async () => {
    const w = tf.scalar(2)
    const objective = functionObjective([w], ([at]) => at.square().add(w.pow(3)))
    expect(await times(14, opened(hessian(objective)))).toEqual(Array(14).fill(14))
  })

  test('outputs that read a parameter themselves too', async () => {
    const w = tf.tensor2d([[2]])
    const objective = {
      ...modelObjective({
        parameters: [w],
        outputs: (_, x) => tf.matMul(x, w),
        outputLoss: (z, y) => z.sub(y).square().mean(),
        examples: tensorExamples(tf.ones([2, 1]), tf.ones([2, 1])),
      }),
      loss: ([at = w]: readonly tf.Tensor[]) => at.square().sum(),
    }
    expect(await times(14, opened(gaussNewton(objective)))).toEqual(Array(14).fill(2))
  })

  test('NaN in a target of a late micro-batch, which no second derivative shows', async () => {
    const targets = Array.from({ length: 40 }, (_, i) => (i === 37 ? NaN : i))
    const objective = modelObjective({
      parameters: [tf.tensor1d([1, 1])],
      outputs: ([w = tf.scalar(NaN)], inputs) => inputs.mul(w),
      outputLoss: (z, y) => z.sub(y).square().sum(1).mean(),
      examples: tensorExamples(tf.ones([40, 2]), tf.tensor2d(targets, [40, 1])),
    })
    const message = 'The loss is NaN, so it has no gradient'
    for (const operator of [hessian, gaussNewton, empiricalFisher]) {
      await expect(opened(operator(objective, { batchSize: 2 }))()).rejects.toThrow(message)
    }
    await expect(evaluateGradient(objective, { batchSize: 2 })).rejects.toThrow(message)
    expect(await evaluateLoss(objective, { batchSize: 2 })).toBeNaN()
  })
})
