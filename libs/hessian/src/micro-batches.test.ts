import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFixture } from '../test/fixture-networks.ts'
import { backends } from '../test/native.ts'
import { empiricalFisher } from './empirical-fisher.ts'
import { evaluateLoss } from './evaluate.ts'
import { finiteDifferenceHessian } from './finite-difference-hessian.ts'
import { gaussNewton } from './gauss-newton.ts'
import { hessian } from './hessian-operator.ts'
import { jacobian } from './jacobian.ts'
import { type BatchOptions, meanOverBatches } from './micro-batches.ts'
import { monteCarloFisher } from './monte-carlo-fisher.ts'
import type { Examples, ModelObjective } from './objective.ts'

let tensors = 0
let opened: ReturnType<typeof openFixture>
beforeEach(async () => {
  await useBackend('cpu')
  tensors = tf.memory().numTensors
  opened = openFixture('mlp-tanh')
})
afterEach(() => {
  tf.dispose([...opened.objective.parameters, opened.inputs])
  expect(tf.memory().numTensors).toBe(tensors)
})

const numbers: Examples = {
  size: 7,
  slice: (start, end) => ({ inputs: tf.range(start, end), targets: tf.zeros([end - start]) }),
}

test('a mean of means counts a short last micro-batch by its size', async () => {
  const mean = (batchSize: number): Promise<Float64Array> =>
    meanOverBatches(numbers, 3, { batchSize }, batch => {
      const { inputs } = batch()
      return [inputs.mean(), tf.stack([inputs.mean(), inputs.mean()])]
    })
  for (const batchSize of [1, 2, 3, 5, 6, 7, 100]) {
    for (const value of await mean(batchSize)) expect(value).toBeCloseTo(3, 12)
  }
})

test('progress is told after each micro-batch', async () => {
  const told: number[][] = []
  const onProgress = (done: number, total: number): void => void told.push([done, total])
  await meanOverBatches(numbers, 1, { batchSize: 3, onProgress }, batch => [batch().inputs.mean()])
  expect(told).toEqual([[3, 7], [6, 7], [7, 7]]) // prettier-ignore
})

test('sums are kept in float64: ten thousand micro-batches lose nothing', async () => {
  const many: Examples = { size: 10_000, slice: () => ({ inputs: tf.scalar(0), targets: tf.scalar(0) }) }
  const [mean = NaN] = await meanOverBatches(many, 1, { batchSize: 1 }, () => [tf.scalar(0.1)])
  expect(Math.abs(mean / Math.fround(0.1) - 1)).toBeLessThan(1e-12)
})

test.each(backends)('so are those of many numbers, on %s', async backend => {
  await useBackend(backend)
  const many: Examples = {
    size: 2005,
    slice: (start, end) => ({ inputs: tf.range(start, end), targets: tf.scalar(0) }),
  }
  const mean = await meanOverBatches(many, 20_000, { batchSize: 2 }, batch => {
    const { inputs } = batch()
    return [inputs.mean().sin(), tf.fill([200, 100], 0.1).slice(0, 199), tf.fill([99], 7)]
  })
  const sines = Array.from({ length: 1002 }, (_, i) => 2 * Math.sin(2 * i + 0.5))
  const expected = (sines.reduce((a, b) => a + b, 0) + Math.sin(2004)) / 2005
  expect(mean[0]).toBeCloseTo(expected, 7)
  expect(Math.abs((mean[5] ?? NaN) / Math.fround(0.1) - 1)).toBeLessThan(1e-12)
  expect(Math.abs((mean[19_999] ?? NaN) / 7 - 1)).toBeLessThan(1e-12)
})

const works: Record<string, (objective: ModelObjective, options: BatchOptions) => Promise<unknown>> = {
  hessian: async (objective, options) => hessian(objective, options).apply(ones(151)),
  gaussNewton: async (objective, options) => gaussNewton(objective, options).apply(ones(151)),
  empiricalFisher: async (objective, options) => empiricalFisher(objective, options).apply(ones(151)),
  monteCarloFisher: (objective, options) =>
    monteCarloFisher(objective, { ...options, samples: 2 }).estimate(ones(151)),
  'jacobian, v': (objective, options) => jacobian(objective, options).apply(ones(151)),
  'jacobian, u': (objective, options) => jacobian(objective, options).applyTranspose(ones(44)),
  finiteDifferenceHessian: async (objective, options) =>
    finiteDifferenceHessian(objective, options).apply(ones(151)),
  evaluateLoss,
}

test.each(Object.entries(works))(
  '%s: an abort in the middle rejects with its reason and leaves no tensors',
  async (_, work) => {
    const before = tf.memory().numTensors
    const controller = new AbortController()
    const done: number[] = []
    const onProgress = (count: number): void => {
      done.push(count)
      controller.abort(new Error('enough'))
    }
    const options = { batchSize: 4, signal: controller.signal, onProgress }
    await expect(work(opened.objective, options)).rejects.toThrow('enough')
    expect(done).toEqual([4])
    expect(tf.memory().numTensors).toBe(before)
  },
)

test.each(Object.entries(works))(
  '%s: an error in the middle comes out and leaves no tensors',
  async (_, work) => {
    const { objective } = opened
    const { examples } = objective
    const before = tf.memory().numTensors
    const slice = (start: number, end: number): ReturnType<Examples['slice']> => {
      const batch = examples.slice(start, end)
      // The checks read two examples at most.
      if (end - start > 2 && start === 4) throw new Error('unreadable')
      return batch
    }
    const broken = { ...objective, examples: { ...examples, slice } }
    await expect(work(broken, { batchSize: 4 })).rejects.toThrow('unreadable')
    expect(tf.memory().numTensors).toBe(before)
  },
)

test('NaN in the data is an error that says where to look, and leaves no tensors', async () => {
  const { objective } = opened
  const before = tf.memory().numTensors
  const slice = (start: number, end: number): ReturnType<Examples['slice']> => {
    const { inputs, targets } = objective.examples.slice(start, end)
    return { inputs: start === 4 ? inputs.mul(NaN) : inputs, targets }
  }
  const spoilt = { ...objective, examples: { ...objective.examples, slice } }
  for (const operator of [hessian, gaussNewton, empiricalFisher]) {
    await expect(operator(spoilt, { batchSize: 4 }).apply(ones(151))).rejects.toThrow('NaN')
  }
  expect(tf.memory().numTensors).toBe(before)
})

test('a signal given from outside is heard between micro-batches', async () => {
  const controller = new AbortController()
  setImmediate(() => {
    controller.abort(new Error('from outside'))
  })
  const product = hessian(opened.objective, { batchSize: 1, signal: controller.signal }).apply(ones(151))
  await expect(product).rejects.toThrow('from outside')
})

function ones(size: number): Float64Array {
  return new Float64Array(size).fill(1)
}
