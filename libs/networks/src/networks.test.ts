import * as tf from '@tensorflow/tfjs'
import { type BackendName, crossEntropy, randomStream, useBackend } from '@flatland/tensor'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cnn } from './cnn.ts'
import { mlp } from './mlp.ts'
import { initialParameters, parameterCount } from './network.ts'

/** Native only where set-up builds it. */
const builtHere = process.platform === 'linux' && process.arch === 'x64'
const backends: BackendName[] = builtHere ? ['native', 'wasm'] : ['wasm']

describe.each(backends)('on %s', backend => {
  beforeEach(async () => {
    await useBackend(backend)
    tf.engine().startScope()
  })
  afterEach(() => {
    tf.engine().endScope()
  })

  test('mlp 2–2–1 by hand: relu(x W₁ + b₁) W₂ + b₂', () => {
    const network = mlp({ inputs: 2, hidden: [2], classes: 1 })
    const theta = [
      tf.tensor2d([1, -1, 2, 0], [2, 2]),
      tf.tensor1d([0.5, 0]),
      tf.tensor2d([3, 10], [2, 1]),
      tf.tensor1d([-1]),
    ]
    // x = (1, 1): hidden (3.5, −1) → relu (3.5, 0) → 3 · 3.5 − 1
    expect(network.logits(theta, tf.tensor2d([1, 1], [1, 2])).dataSync()[0]).toBeCloseTo(9.5, 5)
  })

  test('cnn: an image of zeros gives the biases alone, by hand', () => {
    const network = cnn({ image: [4, 4, 1], filters: [1, 1], hidden: [1, 1], classes: 1 })
    const theta = network.parameterShapes.map(({ name, shape }) =>
      tf.fill([...shape], name.endsWith('bias') ? 1 : 0.5),
    )
    // conv0: 1. Pooled 2×2 of ones; conv1 with a 5×5 window 'same' sees all four: 0.5·4 + 1 = 3, pooled 3.
    // dense0: 2.5, dense1: 2.25, dense2: 2.125.
    expect(network.logits(theta, tf.zeros([1, 4, 4, 1])).dataSync()[0]).toBeCloseTo(2.125, 5)
  })

  test('twenty steps of gradient descent on one batch lower the loss, for both networks', () => {
    for (const network of [
      mlp({ inputs: 64, hidden: [16], classes: 3 }),
      cnn({ image: [8, 8, 1], filters: [4, 4], hidden: [16, 8], classes: 3 }),
    ]) {
      const x = tf.tensor(randomStream(1).normal(6 * 64), [6, ...network.inputShape])
      const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3).toFloat()
      const theta = initialParameters(network, randomStream(2))
      const loss = (): tf.Scalar => crossEntropy(network.logits(theta, x), labels)
      const before = loss().dataSync()[0] ?? NaN
      const optimizer = tf.train.sgd(0.05)
      for (let step = 0; step < 20; step++) optimizer.minimize(loss, false, theta)
      expect(loss().dataSync()[0]).toBeLessThan(before / 2)
      tf.dispose(theta)
    }
  })
})

test.each(backends)('on %s a training step of a cnn leaves no tensor behind', async backend => {
  await useBackend(backend)
  const network = cnn({ image: [8, 8, 1], filters: [4, 4], hidden: [16, 8], classes: 3 })
  const x = tf.tensor(randomStream(1).normal(6 * 64), [6, 8, 8, 1])
  const labels = tf.tidy(() => tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3).toFloat())
  const theta = initialParameters(network, randomStream(2))
  const optimizer = tf.train.sgd(0.05)
  const tensors = tf.memory().numTensors
  optimizer.minimize(() => crossEntropy(network.logits(theta, x), labels), false, theta)
  expect(tf.memory().numTensors).toBe(tensors)
  optimizer.dispose()
  tf.dispose([x, labels, theta])
})

describe('parameters', () => {
  test('the sizes of the benchmark networks', () => {
    const wide = mlp({ inputs: 784, hidden: [512, 512, 512, 512, 512], classes: 10 })
    expect(parameterCount(wide)).toBe(784 * 512 + 512 + 4 * (512 * 512 + 512) + 512 * 10 + 10)
    expect(parameterCount(cnn({ image: [32, 32, 3], classes: 10 }))).toBe(
      75 * 32 + 32 + 800 * 64 + 64 + 4096 * 384 + 384 + 384 * 192 + 192 + 1920 + 10,
    )
  })

  test('a start is fixed by its seed, scaled by 2 / fanIn, with biases 0', async () => {
    await useBackend(backends[0])
    const network = mlp({ inputs: 400, hidden: [300], classes: 10 })
    const tensors = tf.memory().numTensors
    const [a, b] = [initialParameters(network, randomStream(5)), initialParameters(network, randomStream(5))]
    expect(a.map(p => p.dataSync())).toEqual(b.map(p => p.dataSync()))
    const weights = a[0]?.dataSync() ?? []
    const variance = [...weights].reduce((sum, w) => sum + w * w, 0) / weights.length
    // Three standard errors of a variance of 120 000 normal samples.
    expect(Math.abs(variance / (2 / 400) - 1)).toBeLessThan(3 * Math.sqrt(2 / weights.length))
    expect(a[1]?.dataSync().every(x => x === 0)).toBe(true)
    tf.dispose([a, b])
    expect(tf.memory().numTensors).toBe(tensors)
  })
})

describe('refusals name what was given', () => {
  test.each([
    [() => mlp({ inputs: 0, hidden: [], classes: 2 }), 'mlp: inputs is 0; it must be a positive integer'],
    [() => mlp({ inputs: 4, hidden: [3, 2.5], classes: 2 }), 'mlp: hidden[1] is 2.5'],
    [() => cnn({ image: [28, 30, 1], classes: 10 }), 'the image is 28×30'],
    [() => cnn({ image: [28, 28, 1], filters: [0, 1], classes: 10 }), 'cnn: filters[0] is 0'],
    [() => cnn({ image: [28, 28, 1], filters: [1, 0], classes: 10 }), 'cnn: filters[1] is 0'],
    [() => cnn({ image: [28, 28, 1], hidden: [0, 1], classes: 10 }), 'cnn: hidden[0] is 0'],
    [() => cnn({ image: [28, 28, 1], hidden: [1, 0.5], classes: 10 }), 'cnn: hidden[1] is 0.5'],
    [() => cnn({ image: [28, 28, 0], classes: 10 }), 'cnn: image[2] is 0'],
  ])('%#', (build, message) => {
    expect(build).toThrow(message)
  })

  test.each([
    [mlp({ inputs: 2, hidden: [3], classes: 2 }), 4],
    [cnn({ image: [4, 4, 1], filters: [1, 1], hidden: [1, 1], classes: 2 }), 10],
  ])('too few and too many parameters, before anything runs: %#', async (network, count) => {
    await useBackend(backends[0])
    tf.tidy(() => {
      const theta = network.parameterShapes.map(({ shape }) => tf.zeros([...shape]))
      const x = tf.zeros([1, ...network.inputShape])
      for (const given of [theta.slice(1), [...theta, tf.scalar(0)], []]) {
        expect(() => network.logits(given, x)).toThrow(
          `${network.name}: got ${given.length} parameter tensors; it has ${count}`,
        )
      }
    })
  })
})
