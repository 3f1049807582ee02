import * as tf from '@tensorflow/tfjs'
import { useBackend } from '@flatland/tensor'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backends } from '../test/backends.ts'
import { alongDirection, problem, relativeError } from '../test/derivative-check.ts'
import { EPSILON } from './batch-normalisation.ts'
import { davidnet } from './davidnet.ts'
import { parameterCount, type Pass } from './network.ts'

const small = davidnet({ image: [5, 4, 2], width: 1, classes: 3 })

describe('sizes, by hand', () => {
  test('filters, γ and β of eight convolutions, and a last layer without a bias', () => {
    const convolutions = 9 * (3 * 64 + 64 * 128 + 2 * 128 ** 2 + 128 * 256 + 256 * 512 + 2 * 512 ** 2)
    const normalisations = 2 * (64 + 3 * 128 + 256 + 3 * 512)
    expect(parameterCount(davidnet())).toBe(convolutions + normalisations + 512 * 10)
    expect(parameterCount(davidnet())).toBe(6_573_120) // as published
    expect(parameterCount(davidnet({ width: 8 }))).toBe(103_944) // as in its example
    expect(davidnet({ width: 8 }).name).toBe('davidnet 32×32×3–8–16–32–64–10')
    expect(davidnet({ image: [28, 28, 1], width: 2, classes: 7 }).parameterShapes.at(-1)?.shape).toEqual([
      16, 7,
    ])
  })

  test('each convolution has its name, its width and its statistics, those of residuals too', () => {
    const shapes = small.parameterShapes.filter(({ name }) => !/scale|shift/.test(name))
    expect(shapes.map(({ name, shape }) => `${name} ${shape.join()}`)).toEqual([
      'conv0/filter 3,3,2,1',
      'conv1/filter 3,3,1,2',
      'conv2/filter 3,3,2,2',
      'conv3/filter 3,3,2,2',
      'conv4/filter 3,3,2,4',
      'conv5/filter 3,3,4,8',
      'conv6/filter 3,3,8,8',
      'conv7/filter 3,3,8,8',
      'output/weights 8,3',
    ])
    expect(small.statisticShapes.map(({ shape }) => shape.join())).toEqual(
      [1, 2, 2, 2, 4, 8, 8, 8].flatMap(filters => [String(filters), String(filters)]),
    )
  })

  test.each([
    [() => davidnet({ width: 0 }), 'davidnet: width is 0; it must be a positive integer'],
    [() => davidnet({ classes: 2.5 }), 'davidnet: classes is 2.5'],
    [() => davidnet({ image: [32, -1, 3] }), 'davidnet: image[1] is -1'],
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

  /** Mean 0 and variance 1: a normalisation with them, scale 1 and shift 0 changes nothing. */
  const nothing = (network: typeof small): tf.Tensor[] =>
    network.statisticShapes.map(({ name, shape }) =>
      name.endsWith('mean') ? tf.zeros([...shape]) : tf.fill([...shape], 1 - EPSILON),
    )

  test('a constant image through filters that see one pixel, by hand', () => {
    const network = davidnet({ image: [16, 16, 1], width: 1, classes: 1 })
    const centre = tf
      .oneHot(tf.tensor1d([4], 'int32'), 9)
      .reshape([3, 3, 1, 1])
      .mul(0.5)
    const theta = network.parameterShapes.map(({ name, shape }) => {
      if (name.endsWith('filter')) return centre.mul(tf.ones([...shape]))
      return tf.fill([...shape], name.endsWith('scale') ? 1 : name.endsWith('shift') ? 0 : 0.01)
    })
    // Before the residual .5, .25; in it .25, .25, and .25 + .25; then .5 and 1; in the other 4, 16, and 1 + 16.
    const logits = network.logits(theta, tf.ones([2, 16, 16, 1]), { statistics: nothing(network) })
    expect(logits.shape).toEqual([2, 1])
    for (const each of logits.dataSync()) expect(each).toBeCloseTo(0.125 * 8 * 17 * 0.01, 5)
  })

  test('layer by layer as Page has them, written out', () => {
    const { parameters, x } = problem(small, 4)
    const take = parameters.values()
    const next = (): tf.Tensor => take.next().value ?? tf.scalar(NaN)
    const convolution = (input: tf.Tensor4D): tf.Tensor4D =>
      tf.relu(
        tf
          .conv2d(input, next() as tf.Tensor4D, 1, 'same')
          .mul(next())
          .add(next()),
      )
    const residual = (input: tf.Tensor4D): tf.Tensor4D => input.add(convolution(convolution(input)))
    const pool = (input: tf.Tensor4D, window: number): tf.Tensor4D =>
      tf.maxPool(input, window, window, 'same')

    const first = residual(pool(convolution(convolution(x as tf.Tensor4D)), 2))
    const third = residual(pool(convolution(pool(convolution(first), 2)), 2))
    const expected = tf
      .matMul(pool(third, 4).reshape([4, 8]), next() as tf.Tensor2D)
      .mul(0.125)
      .dataSync()
    const got = small.logits(parameters, x, { statistics: nothing(small) }).dataSync()
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1e-3)
    got.forEach((each, i) => {
      expect(each).toBeCloseTo(expected[i] ?? NaN, 5)
    })
    expect(take.next().done).toBe(true)
  })

  // With this direction no ReLU and no maximum changes sides between the differences.
  test.each<[string, number, Pass]>([
    ['of the whole batch', 8, {}],
    ['in ghost batches', 16, { ghostBatch: 8 }],
  ])('%s: gradient and Hessian-vector product are central differences', (_, examples, pass) => {
    const got = alongDirection(small, pass, { examples, step: 5e-4, seed: 5 })
    expect(relativeError(got.slope, got.slopeByDifferences)).toBeLessThan(5e-3)
    expect(relativeError(got.product, got.productByDifferences)).toBeLessThan(3e-3)
  })

  test('statistics are those of the batch, and passed back give the same logits; others give others', () => {
    const { parameters, x } = problem(small, 7)
    const statistics = small.batchStatistics(parameters, x)
    expect(statistics.map(({ shape }) => shape)).toEqual(small.statisticShapes.map(({ shape }) => shape))
    const own = small.logits(parameters, x).dataSync()
    const given = small.logits(parameters, x, { statistics }).dataSync()
    own.forEach((each, i) => {
      expect(given[i]).toBeCloseTo(each, 4)
    })
    const others = small.batchStatistics(parameters, x.mul(2).add(1))
    expect(small.logits(parameters, x, { statistics: others }).dataSync()).not.toEqual(given)
  })

  test('in ghost batches each part is as if it came alone', () => {
    const { parameters, x } = problem(small, 10)
    const parts = tf.split(x, [4, 4, 2]).map(part => small.logits(parameters, part))
    const expected = tf.concat(parts).dataSync()
    small
      .logits(parameters, x, { ghostBatch: 4 })
      .dataSync()
      .forEach((each, i) => {
        expect(each).toBeCloseTo(expected[i] ?? NaN, 4)
      })
  })

  test('nothing is left behind but what is returned; passes it cannot make are refused', () => {
    const { parameters, x } = problem(small, 8)
    const before = tf.memory().numTensors
    small.logits(parameters, x).dispose()
    expect(() => small.logits(parameters.slice(1), x)).toThrow('got 24 parameter tensors; it has 25')
    expect(() => small.logits(parameters, x, { statistics: [] })).toThrow('got 0 statistics; it has 16')
    expect(tf.memory().numTensors).toBe(before)
    small.batchStatistics(parameters, x)
    expect(tf.memory().numTensors).toBe(before + 16)
  })
})
