import * as tf from '@tensorflow/tfjs'
import { randomStream, useBackend } from '@flatland/tensor'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backends } from '../test/backends.ts'
import { alongDirection, type Differences, problem, relativeError } from '../test/derivative-check.ts'
import { c1, c3 } from './alexnet-like.ts'
import { f1, f2 } from './fully-connected.ts'
import { lenet } from './lenet.ts'
import { mlp } from './mlp.ts'
import { initialParameters, type Network, parameterCount, type Pass } from './network.ts'
import { c2, c4 } from './vgg-like.ts'

const smallF1 = f1({ width: 6, inputs: 5, classes: 3 })
const smallC1 = c1({ image: [4, 4, 1], width: 2, classes: 3 })
const smallC2 = c2({ image: [5, 3, 2], width: 1, classes: 3 })

describe('sizes, by hand', () => {
  test('F1 and F2: weights, γ and β of each hidden layer, and a last layer with a bias', () => {
    expect(parameterCount(f1())).toBe(784 * 512 + 4 * 512 ** 2 + 5 * 2 * 512 + 5120 + 10)
    expect(parameterCount(f1({ width: 256 }))).toBe(784 * 256 + 4 * 256 ** 2 + 5 * 2 * 256 + 2560 + 10)
    expect(parameterCount(f1({ width: 256 }))).toBe(467_978) // as in its example
    expect(parameterCount(f2())).toBe(360 * 512 + 6 * 512 ** 2 + 7 * 2 * 512 + 512 * 1973 + 1973)
    expect(parameterCount(f2())).toBe(2_776_501)
  })

  test('C1 and C3: two poolings leave 8×8', () => {
    const convolutions = 25 * 3 * 64 + 128 + 25 * 64 * 64 + 128
    const hidden = 8 * 8 * 64 * 384 + 2 * 384 + 384 * 192 + 2 * 192
    expect(parameterCount(c1())).toBe(convolutions + hidden + 192 * 10 + 10)
    expect(parameterCount(c3())).toBe(convolutions + hidden + 192 * 100 + 100)
    expect(parameterCount(c3())).toBe(1_774_500)
    expect(parameterCount(c1({ width: 16 }))).toBe(111_354)
    expect(c1({ width: 16 }).name).toBe('c1 32×32×3–2×16–96–48–10')
  })

  test('C2 and C4: five poolings leave one pixel', () => {
    const filters = [3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
    const convolutions = filters
      .slice(1)
      .reduce((sum, each, i) => sum + 9 * (filters[i] ?? NaN) * each + 2 * each, 0)
    expect(parameterCount(c2())).toBe(convolutions + 512 * 512 + 2 * 512 + 512 * 10 + 10)
    expect(parameterCount(c4())).toBe(convolutions + 512 * 512 + 2 * 512 + 512 * 100 + 100)
    expect(parameterCount(c4())).toBe(15_033_380)
    expect(parameterCount(c2({ width: 8 }))).toBe(235_970)
    expect(c2({ width: 8 }).name).toBe('c2 32×32×3–2×8–2×16–3×32–3×64–3×64–64–10')
  })

  test('LeNet-5', () => {
    expect(parameterCount(lenet())).toBe(156 + 2416 + 400 * 120 + 120 + 120 * 84 + 84 + 840 + 10)
    expect(parameterCount(lenet())).toBe(61_706)
  })

  test('each normalisation has a mean and a variance of its units; a network without has none', () => {
    expect(smallC1.statisticShapes.map(({ name, shape }) => `${name} ${shape.join()}`)).toEqual([
      'conv0/mean 2',
      'conv0/variance 2',
      'conv1/mean 2',
      'conv1/variance 2',
      'dense0/mean 12',
      'dense0/variance 12',
      'dense1/mean 6',
      'dense1/variance 6',
    ])
    expect(f2().statisticShapes).toHaveLength(14)
    expect(c2().statisticShapes).toHaveLength(28)
    expect(lenet().statisticShapes).toEqual([])
  })

  test.each([
    [() => f1({ width: 0 }), 'f1: width is 0; it must be a positive integer'],
    [() => f2({ inputs: 1.5 }), 'f2: inputs is 1.5'],
    [() => c1({ classes: -1 }), 'c1: classes is -1'],
    [() => c3({ image: [32, 32, 0] }), 'c3: image[2] is 0'],
    [() => c2({ image: [0.5, 32, 3] }), 'c2: image[0] is 0.5'],
    [() => c4({ width: NaN }), 'c4: width is NaN'],
    [() => lenet({ image: [28, 30, 1] }), 'lenet: the image is 28×30'],
    [() => lenet({ image: [8, 28, 1] }), 'lenet: the image is 8×28'],
    [() => lenet({ classes: 0 }), 'lenet: classes is 0'],
  ])('refuses other sizes by name: %#', (build, message) => {
    expect(build).toThrow(message)
  })
})

describe.each(backends)('on %s', backend => {
  beforeEach(async () => {
    await useBackend(backend)
    tf.engine().startScope()
  })
  afterEach(() => {
    tf.engine().endScope()
  })

  const logitsOf = (network: Network, examples: number, pass?: Pass): Float32Array => {
    const { parameters, x } = problem(network, examples)
    return network.logits(parameters, x, pass).dataSync<'float32'>()
  }
  const seed = (a: number, b: number): tf.Tensor => tf.tensor1d([a, b], 'int32')

  // With these directions no ReLU and no maximum changes sides between the differences. What is left is the
  // rounding of float32 over their step.
  test.each<[string, Network, Differences, () => Pass]>([
    ['f1', smallF1, { examples: 16, step: 2e-3, seed: 4 }, () => ({})],
    ['f1 in ghost batches', smallF1, { examples: 16, step: 2e-3, seed: 4 }, () => ({ ghostBatch: 8 })],
    [
      'f1 in ghost batches, the last smaller',
      smallF1,
      { examples: 16, step: 2e-3, seed: 4 },
      () => ({ ghostBatch: 6 }),
    ],
    ['c1', smallC1, { examples: 8, step: 5e-4, seed: 5 }, () => ({})],
    ['c1 in ghost batches', smallC1, { examples: 8, step: 5e-4, seed: 5 }, () => ({ ghostBatch: 4 })],
    ['c1 with dropout', smallC1, { examples: 8, step: 5e-4, seed: 5 }, () => ({ dropoutSeed: seed(1, 2) })],
  ])('%s: gradient and Hessian-vector product are central differences', (_, network, differences, pass) => {
    const got = alongDirection(network, pass(), differences)
    expect(relativeError(got.slope, got.slopeByDifferences)).toBeLessThan(5e-3)
    expect(relativeError(got.product, got.productByDifferences)).toBeLessThan(3e-3)
  })

  test.each([
    ['f1', smallF1],
    ['c1', smallC1],
    ['c2', smallC2],
  ])('%s: statistics are those of the batch, and passed back give the same logits', (_, network) => {
    const { parameters, x } = problem(network, 7)
    const statistics = network.batchStatistics(parameters, x)
    expect(statistics.map(({ shape }) => shape)).toEqual(network.statisticShapes.map(({ shape }) => shape))
    const [own, given] = [{}, { statistics }].map(pass => network.logits(parameters, x, pass).dataSync())
    own?.forEach((each, i) => {
      expect(given?.[i]).toBeCloseTo(each, 4)
    })
    // So are those of another batch not.
    const others = network.batchStatistics(parameters, x.mul(2).add(1))
    expect(network.logits(parameters, x, { statistics: others }).dataSync()).not.toEqual(given)
  })

  test('f1: the first statistics are the mean and the biased variance of x W₁', () => {
    const { parameters, x } = problem(smallF1, 9)
    const [mean, variance] = smallF1.batchStatistics(parameters, x)
    const mixed = tf.matMul(x, parameters[0] as tf.Tensor2D)
    const expected = tf.moments(mixed, 0)
    expect(tf.max(mean?.sub(expected.mean).abs() ?? NaN).dataSync()[0]).toBeLessThan(1e-5)
    expect(tf.max(variance?.sub(expected.variance).abs() ?? NaN).dataSync()[0]).toBeLessThan(1e-5)
  })

  test.each([
    ['f1', smallF1],
    ['c1', smallC1],
  ])('%s in ghost batches: each part as if it came alone; of the whole batch, bit for bit', (_, network) => {
    const { parameters, x } = problem(network, 10)
    const parts = tf.split(x, [4, 4, 2]).map(part => network.logits(parameters, part))
    const expected = tf.concat(parts).dataSync()
    network
      .logits(parameters, x, { ghostBatch: 4 })
      .dataSync()
      .forEach((each, i) => {
        expect(each).toBeCloseTo(expected[i] ?? NaN, 4)
      })
    expect(logitsOf(network, 10, { ghostBatch: 10 })).toEqual(logitsOf(network, 10))
  })

  test('dropout: the same seed drops the same units, another others; without a seed none; f1 has none', () => {
    const dropped = logitsOf(smallC1, 8, { dropoutSeed: seed(0, 1) })
    expect(logitsOf(smallC1, 8, { dropoutSeed: seed(0, 1) })).toEqual(dropped)
    expect(logitsOf(smallC1, 8, { dropoutSeed: seed(0, 2) })).not.toEqual(dropped)
    expect(logitsOf(smallC1, 8)).not.toEqual(dropped)
    expect(logitsOf(smallF1, 8, { dropoutSeed: seed(0, 1) })).toEqual(logitsOf(smallF1, 8))
  })

  test('c2 halves images of other sizes too, and LeNet-5 takes its own', () => {
    expect(logitsOf(smallC2, 3)).toHaveLength(9)
    expect(logitsOf(lenet({ classes: 4 }), 2)).toHaveLength(8)
  })

  test('LeNet-5: an image of zeros gives the biases alone, by hand', () => {
    const network = lenet({ image: [12, 12, 1], classes: 1 })
    const theta = network.parameterShapes.map(({ name, shape }) =>
      tf.fill([...shape], name.endsWith('bias') ? 1 : 0.01),
    )
    // Convolutions: 1, then 150 · .01 + 1 = 2.5; dense: 16 · .025 + 1 = 1.4, 120 · .014 + 1 = 2.68, 84 · .0268 + 1.
    expect(network.logits(theta, tf.zeros([1, 12, 12, 1])).dataSync()[0]).toBeCloseTo(3.2512, 4)
  })

  test('passes and statistics leave no tensor behind but what they return', () => {
    const { parameters, x } = problem(smallC1, 8)
    const statistics = smallC1.batchStatistics(parameters, x)
    const before = tf.memory().numTensors
    for (const pass of [{}, { statistics }, { ghostBatch: 3 }]) smallC1.logits(parameters, x, pass).dispose()
    const dropoutSeed = seed(1, 1)
    smallC1.logits(parameters, x, { dropoutSeed }).dispose()
    dropoutSeed.dispose()
    expect(tf.memory().numTensors).toBe(before)
    smallC1.batchStatistics(parameters, x)
    expect(tf.memory().numTensors).toBe(before + 8)
  })

  test('a pass that a network cannot make is refused by name', () => {
    const { parameters, x } = problem(smallF1, 8)
    const statistics = smallF1.batchStatistics(parameters, x)
    const refusals: [Pass, string][] = [
      [{ statistics: statistics.slice(1) }, `${smallF1.name}: got 9 statistics; it has 10`],
      [
        { statistics: [tf.zeros([5]), ...statistics.slice(1)] },
        'dense0/mean is of shape [5]; it must be of [6]',
      ],
      [{ statistics: [...statistics.slice(0, 9), tf.scalar(1)] }, 'dense4/variance is of shape []'],
      [{ statistics, ghostBatch: 4 }, 'got statistics and ghostBatch 4'],
      [{ ghostBatch: 0 }, 'ghostBatch is 0; it must be a positive integer'],
      [{ ghostBatch: 2.5 }, 'ghostBatch is 2.5'],
      [{ dropoutSeed: tf.tensor1d([1], 'int32') }, 'dropoutSeed is int32 of shape [1]'],
      [{ dropoutSeed: tf.tensor1d([1, 2]) }, 'dropoutSeed is float32 of shape [2]'],
    ]
    for (const [pass, message] of refusals) {
      expect(() => smallF1.logits(parameters, x, pass)).toThrow(message)
    }
    expect(() => smallF1.logits(parameters, tf.ones([1, 5]))).toThrow('variance of 1 number a unit')
    expect(() => smallF1.batchStatistics(parameters.slice(1), x)).toThrow(
      'got 16 parameter tensors; it has 17',
    )
    const plain = mlp({ inputs: 5, hidden: [], classes: 3 })
    expect(() => plain.logits([tf.ones([5, 3]), tf.zeros([3])], x, { statistics })).toThrow(
      'got 10 statistics; it has 0',
    )
    expect(plain.batchStatistics([], x)).toEqual([])
  })
})

test('weights start uniform on ±1/√fanIn, scales at 1, shifts and biases at 0', async () => {
  await useBackend(backends[0])
  const network = f1({ width: 300, inputs: 400 })
  const parameters = initialParameters(network, randomStream(2))
  const byName = new Map(
    network.parameterShapes.map(({ name }, i) => [name, parameters[i]?.dataSync() ?? []]),
  )
  const weights = Array.from(byName.get('dense0/weights') ?? [])
  const bound = 1 / Math.sqrt(400)
  expect(weights.every(each => Math.abs(each) <= bound)).toBe(true)
  // A uniform distribution has a variance of bound²/3; that of the square of its numbers is 4/45 bound⁴.
  const variance = weights.reduce((sum, w) => sum + w * w, 0) / weights.length
  expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(3 * Math.sqrt(0.8 / weights.length))
  expect(new Set(byName.get('dense4/scale'))).toEqual(new Set([1]))
  expect(new Set(byName.get('dense4/shift'))).toEqual(new Set([0]))
  expect(new Set(byName.get('output/bias'))).toEqual(new Set([0]))
  tf.dispose(parameters)
})
