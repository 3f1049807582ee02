import * as tf from '@tensorflow/tfjs'
import { useBackend } from '@flatland/tensor'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backends } from '../test/backends.ts'
import { attention } from './attention.ts'
import { dropping } from './bert-encoder.ts'
import { gelu } from './gelu.ts'
import { layerNorm } from './layer-norm.ts'

describe.each(backends)('on %s', backend => {
  beforeEach(async () => {
    await useBackend(backend)
    tf.engine().startScope()
  })
  afterEach(() => {
    tf.engine().endScope()
  })

  const close = (got: tf.Tensor, expected: readonly number[], digits = 5): void => {
    const values = [...got.dataSync()]
    expect(values).toHaveLength(expected.length)
    values.forEach((each, i) => {
      expect(each).toBeCloseTo(expected[i] ?? NaN, digits)
    })
  }
  const denseOf = (weights: number[][], bias: number[]) => ({
    weights: tf.tensor2d(weights),
    bias: tf.tensor1d(bias),
  })
  const identity = denseOf.bind(null, [[1, 0], [0, 1]], [0, 0]) // prettier-ignore

  test('gelu is z times the normal distribution: at −1, 0, 1, 2 by its table', () => {
    close(gelu(tf.tensor1d([-1, 0, 1, 2])), [-0.158655, 0, 0.841345, 1.9545])
  })

  test('layerNorm: rows of mean β and deviation γ; a row of zeros gives β', () => {
    const norm = { scale: tf.tensor1d([1, 2, 1]), shift: tf.tensor1d([0, 0, 5]) }
    // Deviation of (1, 2, 3): √(2/3).
    close(layerNorm(tf.tensor2d([[1, 2, 3], [0, 0, 0]]), norm), [-1.224745, 0, 6.224745, 0, 0, 5]) // prettier-ignore
  })

  test('layerNorm does not see the scale of a row, down to variances far above 1e-12', () => {
    const norm = { scale: tf.ones([4]), shift: tf.zeros([4]) }
    const x = tf.tensor2d([[0.3, -1.2, 0.8, 2.5]])
    close(layerNorm(x.mul(1e-3), norm), [...layerNorm(x, norm).dataSync()], 4)
  })

  test('attention by hand: two tokens, one head; two heads see one unit each', () => {
    const layers = { query: identity(), key: identity(), value: identity(), output: identity() }
    const x = tf.tensor2d([[1, 0], [0, 2]]) // prettier-ignore
    const ways = { sequences: 1, mask: undefined, drop: (weights: tf.Tensor) => weights }
    const share = (a: number, b: number): number => 1 / (1 + Math.exp(b - a))
    const [first, second] = [share(Math.SQRT1_2, 0), share(4 * Math.SQRT1_2, 0)]
    close(attention(x, x, layers, { ...ways, heads: 1 }), [first, 2 * (1 - first), 1 - second, 2 * second])
    // Head 0: scores 1·1 and 1·0, then 0; head 1: 0, then 2·0 and 2·2.
    close(attention(x, x, layers, { ...ways, heads: 2 }), [share(1, 0), 1, 0.5, 2 * share(4, 0)])
  })

  test('attention: who is masked is not seen, sequences do not see one another, one row may ask', () => {
    const layers = { query: identity(), key: identity(), value: identity(), output: identity() }
    const x = tf.tensor2d([[1, 0], [0, 2], [3, 1], [5, 5]]) // prettier-ignore
    const ways = { sequences: 2, heads: 1, drop: (weights: tf.Tensor) => weights }
    const mask = tf.tensor4d([0, -1e9, 0, 0], [2, 1, 1, 2])
    const whole = attention(x, x, layers, { ...ways, mask })
    close(whole.slice(0, 2), [1, 0, 1, 0])
    const second = x.slice([2, 0])
    const alone = attention(second, second, layers, { ...ways, sequences: 1, mask: undefined })
    close(whole.slice(2), [...alone.dataSync()])
    const asking = tf.gather(x, tf.tensor1d([1, 3], 'int32'))
    close(attention(asking, x, layers, { ...ways, mask }), [...tf.gather(whole, tf.tensor1d([1, 3], 'int32')).dataSync()]) // prettier-ignore
  })

  test('dropping: a tenth, within three standard errors; each place another; what stays is 10/9; none without a seed', () => {
    const [x, seed] = [tf.ones([10_000]), tf.tensor1d([3, 4], 'int32')]
    const drop = dropping(seed)
    const [first, second] = [[...drop(x).dataSync()], [...drop(x).dataSync()]]
    const share = first.filter(each => each === 0).length / 10_000
    expect(Math.abs(share - 0.1)).toBeLessThan(3 * Math.sqrt((0.1 * 0.9) / 10_000))
    expect(first.find(each => each > 0)).toBeCloseTo(10 / 9, 5)
    expect(second).not.toEqual(first)
    expect([...dropping(seed)(x).dataSync()]).toEqual(first)
    expect(dropping(undefined)(x)).toBe(x)
  })
})
