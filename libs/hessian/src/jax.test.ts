import { defaultDevice, grad, jvp, nn, numpy as np } from '@jax-js/jax'
import { type BackendName, crossEntropy, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { relativeError } from '../test/relative-error.ts'
import { empiricalFisher } from './empirical-fisher.ts'
import { atPoint } from './evaluate.ts'
import { gaussNewton } from './gauss-newton.ts'
import { hessian } from './hessian-operator.ts'
import { layersModel } from './layers-model.ts'
import { classification, type ModelObjective, modelObjective } from './objective.ts'

/** A tanh network 3–5–4 on 7 examples, by jax-js in float64. */
const shapes = [[3, 5], [5], [5, 4], [4]]
const labels = [0, 3, 1, 2, 2, 0, 1]
const stream = randomStream(11)
const inputs = stream.fork('inputs').normal(7 * 3)
const theta = shapes.map((shape, i) => stream.fork(`parameter ${i}`).normal(tf.util.sizeFromShape(shape)))
const v = shapes.map((shape, i) => stream.fork(`direction ${i}`).normal(tf.util.sizeFromShape(shape)))
const direction = Float64Array.from(v.flatMap(part => [...part]))

describe('the same by jax-js', () => {
  beforeAll(() => {
    defaultDevice('wasm')
  })

  const builtHere = process.platform === 'linux' && process.arch === 'x64'
  const backends: BackendName[] = builtHere ? ['native', 'wasm'] : ['wasm']
  describe.each(backends)('on %s', backend => {
    let tensors = 0
    beforeEach(async () => {
      await useBackend(backend)
      tensors = tf.memory().numTensors
      tf.engine().startScope()
    })
    afterEach(() => {
      tf.engine().endScope()
      expect(tf.memory().numTensors).toBe(tensors)
    })

    test('Hessian', async () => {
      const slope = grad(loss, { argnums: [0, 1, 2, 3] }) as (...at: np.Array[]) => np.Array[]
      const [, expected] = jvp(slope, arrays(theta), arrays(v))
      expect(
        relativeError(await hessian(network(), { batchSize: 3 }).apply(direction), flat(expected)),
      ).toBeLessThan(1e-6)
    })

    test('Gauss–Newton, by forward mode through the network', async () => {
      const [z, jv] = jvp(logits, arrays(theta), arrays(v))
      const p = nn.softmax(z)
      const mean = np.sum(p.ref.mul(jv.ref), 1, { keepdims: true })
      const onOutputs = p.mul(jv.sub(mean)).div(7)
      const back = grad(
        (...at: np.Array[]) =>
          logits(...at)
            .mul(onOutputs.ref)
            .sum(),
        { argnums: [0, 1, 2, 3] },
      )
      const expected = flat((back as (...at: np.Array[]) => np.Array[])(...arrays(theta)))
      onOutputs.dispose()
      expect(
        relativeError(await gaussNewton(network(), { batchSize: 3 }).apply(direction), expected),
      ).toBeLessThan(1e-6)
    })

    test('empirical Fisher, by one gradient for each example', async () => {
      const expected = new Float64Array(direction.length)
      labels.forEach((_, i) => {
        const of = grad((...at: np.Array[]) => lossOfOne(i, ...at), { argnums: [0, 1, 2, 3] })
        const g = flat((of as (...at: np.Array[]) => np.Array[])(...arrays(theta)))
        const slope = g.reduce((sum, value, j) => sum + value * (direction[j] ?? NaN), 0)
        g.forEach((value, j) => (expected[j] = (expected[j] ?? NaN) + (slope * value) / 7))
      })
      const product = await empiricalFisher(network(), { batchSize: 3 }).apply(direction)
      expect(relativeError(product, expected)).toBeLessThan(1e-6)
    })

    test('Hessian of a tf.LayersModel, which reads its weights itself, and of its function elsewhere', async () => {
      const { model, objective } = readingItself()
      const product = await hessian(objective, { batchSize: 3 }).apply(direction)
      model.setWeights(model.getWeights().map(weight => tf.zerosLike(weight)))
      const asFunction = modelObjective({ ...objective, ...layersModel(model) })
      const there = Float64Array.from(theta.flatMap(part => [...part]))
      const moved = await atPoint(asFunction, there, at => hessian(at, { batchSize: 3 }).apply(direction))
      model.dispose()
      const expected = await hessian(network(), { batchSize: 3 }).apply(direction)
      expect(relativeError(product, expected)).toBeLessThan(1e-6)
      expect(relativeError(moved, expected)).toBeLessThan(1e-6)
    })
  })
})

function network(): ModelObjective {
  return classification({
    parameters: theta.map((values, i) => tf.tensor(values, shapes[i] ?? [])),
    logits: (parameters, x) => {
      const [w1, b1, w2, b2] = parameters as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      return tf.matMul(tf.tanh(tf.matMul(x, w1).add(b1)), w2).add(b2)
    },
    classes: 4,
    inputs: tf.tensor2d(inputs, [7, 3]),
    labels,
  })
}

function readingItself(): { readonly model: tf.LayersModel; readonly objective: ModelObjective } {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 5, activation: 'tanh', inputShape: [3] }),
      tf.layers.dense({ units: 4 }),
    ],
  })
  model.setWeights(theta.map((values, i) => tf.tensor(values, shapes[i] ?? [])))
  const objective = modelObjective({
    parameters: model.trainableWeights.map(weight => weight.read()),
    outputs: (_, x) => model.apply(x) as tf.Tensor,
    outputLoss: crossEntropy,
    examples: network().examples,
  })
  return { model, objective }
}

function logits(...at: np.Array[]): np.Array {
  const [w1, b1, w2, b2] = at as [np.Array, np.Array, np.Array, np.Array]
  return np.matmul(np.tanh(np.matmul(float64(inputs, [7, 3]), w1).add(b1)), w2).add(b2)
}

function loss(...at: np.Array[]): np.Array {
  return weighted(
    labels.map(() => 1 / 7),
    ...at,
  )
}

function lossOfOne(example: number, ...at: np.Array[]): np.Array {
  return weighted(
    labels.map((_, i) => Number(i === example)),
    ...at,
  )
}

function weighted(weights: readonly number[], ...at: np.Array[]): np.Array {
  const picked = labels.flatMap((label, i) => [0, 1, 2, 3].map(k => (k === label ? -(weights[i] ?? NaN) : 0)))
  return nn
    .logSoftmax(logits(...at))
    .mul(float64(picked, [7, 4]))
    .sum()
}

function arrays(values: readonly ArrayLike<number>[]): np.Array[] {
  return values.map((part, i) => float64(part, shapes[i] ?? []))
}

function float64(data: ArrayLike<number>, shape: readonly number[]): np.Array {
  return np.array(Float64Array.from(data), { shape: [...shape], dtype: np.float64 })
}

function flat(parts: readonly np.Array[]): number[] {
  return parts.flatMap(part => [...part.dataSync()])
}
