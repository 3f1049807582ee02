import * as tf from '@tensorflow/tfjs'
import { randomStream, useBackend } from '@flatland/tensor'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backends } from '../test/backends.ts'
import { batchMoments, batchNormalisation, EPSILON } from './batch-normalisation.ts'

const whole = { ghostBatch: undefined }

describe.each(backends)('on %s', backend => {
  beforeEach(async () => {
    await useBackend(backend)
    tf.engine().startScope()
  })
  afterEach(() => {
    tf.engine().endScope()
  })

  const random = (shape: number[], label: string): tf.Tensor =>
    tf.tensor(randomStream(1).fork(label).normal(tf.util.sizeFromShape(shape)), shape)

  test('two numbers at distance 2 become ∓γ/√(1 + ε) + β', () => {
    const x = tf.tensor2d([5, 7], [2, 1])
    const y = batchNormalisation(x, tf.tensor1d([3]), tf.tensor1d([10]), whole)
    const off = 3 / Math.sqrt(1 + EPSILON)
    expect(y.dataSync()[0]).toBeCloseTo(10 - off, 5)
    expect(y.dataSync()[1]).toBeCloseTo(10 + off, 5)
  })

  test.each([[[6, 3]], [[4, 3, 2, 3]]])('of shape %j it is the formula in float64, unit by unit', shape => {
    const x = random(shape, 'x').mul(2).add(1)
    const [scale, shift] = [random([3], 'scale'), random([3], 'shift')]
    const [values, gamma, beta] = [x, scale, shift].map(each => each.dataSync())
    const expected = normalised(values ?? [], gamma ?? [], beta ?? [])
    const y = batchNormalisation(x, scale, shift, whole)
    expect(y.shape).toEqual(shape)
    y.dataSync().forEach((each, i) => {
      expect(each).toBeCloseTo(expected.y[i] ?? NaN, 5)
    })
    const { mean, variance } = batchMoments(x)
    expect([mean.shape, variance.shape]).toEqual([[3], [3]])
    mean.dataSync().forEach((each, unit) => {
      expect(each).toBeCloseTo(expected.mean[unit] ?? NaN, 5)
    })
    variance.dataSync().forEach((each, unit) => {
      expect(each).toBeCloseTo(expected.variance[unit] ?? NaN, 5)
    })
  })

  test('a mean that is large beside the deviation costs no digits: 1000 ± 1', () => {
    const y = batchNormalisation(tf.tensor2d([999, 1001], [2, 1]), tf.ones([1]), tf.zeros([1]), whole)
    expect(y.dataSync()[1]).toBeCloseTo(1 / Math.sqrt(1 + EPSILON), 6)
  })

  test('given moments are used as they are', () => {
    const moments = { mean: tf.tensor1d([1]), variance: tf.tensor1d([4 - EPSILON]) }
    const y = batchNormalisation(tf.tensor2d([7], [1, 1]), tf.tensor1d([2]), tf.tensor1d([5]), { moments })
    expect(y.dataSync()[0]).toBeCloseTo(11, 5)
  })

  test('parts of a batch are normalised as if they came alone, a smaller last one too', () => {
    const x = random([11, 2, 3], 'x')
    const [scale, shift] = [random([3], 'scale'), random([3], 'shift')]
    for (const [ghostBatch, sizes] of [
      [4, [4, 4, 3]],
      [8, [8, 3]],
    ] as const) {
      const parts = tf.split(x, [...sizes]).map(part => batchNormalisation(part, scale, shift, whole))
      const got = batchNormalisation(x, scale, shift, { ghostBatch }).dataSync()
      const expected = tf.concat(parts).dataSync()
      got.forEach((each, i) => {
        expect(each).toBeCloseTo(expected[i] ?? NaN, 5)
      })
    }
  })

  test.each([11, 12, 1e6])('a part of %d of 11 examples is the whole batch, bit for bit', ghostBatch => {
    const x = random([11, 3], 'x')
    const [scale, shift] = [random([3], 'scale'), random([3], 'shift')]
    const [all, part] = [whole, { ghostBatch }].map(from =>
      batchNormalisation(x, scale, shift, from).dataSync(),
    )
    expect(part).toEqual(all)
  })

  test('a single number a unit is refused, as its variance says nothing; a single image of more pixels is not', () => {
    const [scale, shift] = [tf.ones([3]), tf.zeros([3])]
    const refusal = 'takes the variance of 1 number a unit'
    expect(() => batchNormalisation(tf.ones([1, 3]), scale, shift, whole)).toThrow(refusal)
    expect(() => batchNormalisation(tf.ones([4, 3]), scale, shift, { ghostBatch: 1 })).toThrow(
      `of shape [4,3] in 4 parts ${refusal}`,
    )
    expect(() => batchNormalisation(tf.ones([5, 3]), scale, shift, { ghostBatch: 2 })).toThrow(refusal)
    expect(() => batchMoments(tf.ones([1, 3]))).toThrow(refusal)
    expect(batchNormalisation(tf.ones([1, 2, 1, 3]), scale, shift, whole).shape).toEqual([1, 2, 1, 3])
  })
})

/** In float64, from the definition. */
function normalised(x: ArrayLike<number>, gamma: ArrayLike<number>, beta: ArrayLike<number>) {
  const values = Array.from(x)
  const units = gamma.length
  const of = (unit: number): number[] => values.filter((_, i) => i % units === unit)
  const average = (numbers: number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length
  const mean = Array.from(gamma, (_, unit) => average(of(unit)))
  const variance = mean.map((mu, unit) => average(of(unit).map(each => (each - mu) ** 2)))
  const y = values.map((each, i) => {
    const unit = i % units
    const deviation = Math.sqrt((variance[unit] ?? NaN) + 1e-5)
    return ((gamma[unit] ?? NaN) * (each - (mean[unit] ?? NaN))) / deviation + (beta[unit] ?? NaN)
  })
  return { y, mean, variance }
}
