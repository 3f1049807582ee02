import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BackendName, useBackend } from './backend.ts'
import { dropout } from './dropout.ts'
import { gradients } from './gradients.ts'
import { randomStream } from './random-stream.ts'
import { statelessUniform } from './stateless-uniform.ts'

const builtHere = process.platform === 'linux' && process.arch === 'x64'
const backends: BackendName[] = builtHere ? ['native', 'wasm', 'cpu'] : ['wasm', 'cpu']

const seedOf = (...words: [number, number]): tf.Tensor1D => tf.tensor1d(words, 'int32')
const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()]
const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** `StatelessRandomUniform` of TensorFlow, times 2²³. */
const KNOWN: [seed: [number, number], numbers: number[]][] = [
  [
    [0, 0],
    [1770126, 5922441, 6711418, 6465874, 3259718, 7301104],
  ],
  [
    [1, 2],
    [7080492, 1610993, 8356926, 1345427, 2281619, 5447109],
  ],
  [
    [-1, -7],
    [1103609, 1064072, 5741014, 4468469, 6018402, 4434571],
  ],
  [
    [2147483647, -2147483648],
    [248010, 7394891, 805586, 3096108, 486503, 8221749],
  ],
]

describe.each(backends)('on %s', name => {
  beforeEach(async () => {
    await useBackend(name)
    tf.engine().startScope()
  })
  afterEach(() => {
    tf.engine().endScope()
  })

  describe('statelessUniform', () => {
    test.each(KNOWN)('of the seed [%i] is what TensorFlow gives, to the bit', (seed, expected) => {
      expect(numbers(statelessUniform([6], seedOf(...seed))).map(value => value * 2 ** 23)).toEqual(expected)
    })

    test('a seed gives the same numbers again, in any shape; another one gives others', () => {
      const first = numbers(statelessUniform([3, 2, 5], seedOf(3, 4)))
      expect(numbers(statelessUniform([30], seedOf(3, 4)))).toEqual(first)
      for (const other of [seedOf(4, 3), seedOf(3, 5), seedOf(2, 4)])
        expect(numbers(statelessUniform([30], other))).not.toEqual(first)
    })

    test('scalars and nothing', () => {
      expect(statelessUniform([], seedOf(0, 0)).shape).toEqual([])
      expect(numbers(statelessUniform([2, 0], seedOf(0, 0)))).toEqual([])
    })

    test('mean, variance, and correlation of neighbours, within three standard errors', () => {
      const size = 20_000
      const values = numbers(statelessUniform([size], seedOf(7, 0)))
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...values)).toBeLessThan(1)
      expect(Math.abs(average(values) - 1 / 2)).toBeLessThan(3 * Math.sqrt(1 / 12 / size))
      const squares = values.map(value => (value - 1 / 2) ** 2)
      // The variance of (u − ½)² is 1/80 − 1/144.
      expect(Math.abs(average(squares) - 1 / 12)).toBeLessThan(3 * Math.sqrt((1 / 80 - 1 / 144) / size))
      const products = values.slice(1).map((value, i) => (value - 1 / 2) * ((values[i] ?? 0) - 1 / 2))
      expect(Math.abs(average(products))).toBeLessThan((3 * 1) / 12 / Math.sqrt(size))
    })

    test('another kind of seed is refused', () => {
      for (const seed of [seedOf(0, 0).toFloat(), tf.tensor1d([1, 2, 3], 'int32'), tf.scalar(1, 'int32')])
        expect(() => statelessUniform([2], seed)).toThrow(/must be int32 of shape \[2\]/)
    })

    test.each([[[-1]], [[1.5]], [[NaN, 2]]])('the shape %j is refused', shape => {
      expect(() => statelessUniform(shape, seedOf(0, 0))).toThrow(RangeError)
    })
  })

  describe('dropout', () => {
    test('drops its share, and keeps the mean, within three standard errors', () => {
      const size = 10_000
      const values = numbers(dropout(tf.ones([size]), 0.3, seedOf(1, 2)))
      expect([...new Set(values)].sort()).toEqual([0, Math.fround(1 / Math.fround(1 - 0.3))])
      const dropped = values.filter(value => value === 0).length
      expect(Math.abs(dropped / size - 0.3)).toBeLessThan(3 * Math.sqrt((0.3 * 0.7) / size))
      expect(Math.abs(average(values) - 1)).toBeLessThan(3 * Math.sqrt(0.3 / 0.7 / size))
    })

    test('a rate of 0 changes nothing', () => {
      const x = tf.tensor1d([1, -2, 3])
      expect(numbers(dropout(x, 0, seedOf(1, 2)))).toEqual([1, -2, 3])
    })

    test('the gradient has the mask of the value', () => {
      const x = tf.tensor(randomStream(1).normal(50), [5, 10])
      const { value, gradients: [g] } = gradients(([x]) => dropout(x ?? tf.zeros([1]), 0.5, seedOf(5, 6)).sum(), [x]) // prettier-ignore
      const mask = dropout(tf.ones([5, 10]), 0.5, seedOf(5, 6))
      expect(g && numbers(g)).toEqual(numbers(mask))
      expect(numbers(value)[0]).toBeCloseTo(numbers(mask.mul(x).sum())[0] ?? NaN, 4)
    })

    test('a Hessian-vector product is that of the network with its mask multiplied by hand', () => {
      const stream = randomStream(2)
      const draw = (label: string, ...shape: number[]): tf.Tensor =>
        tf.tensor(stream.fork(label).normal(tf.util.sizeFromShape(shape)), shape)
      const [x, w1, w2] = [draw('x', 4, 6), draw('w1', 6, 8), draw('w2', 8, 1)]
      const v = [draw('v1', 6, 8), draw('v2', 8, 1)]
      const mask = dropout(tf.ones([4, 8]), 0.4, seedOf(9, 9))
      const product = (drop: (h: tf.Tensor) => tf.Tensor): number[] => {
        const loss = ([a, b]: tf.Tensor[]): tf.Tensor =>
          tf.matMul(drop(tf.tanh(tf.matMul(x as tf.Tensor2D, a as tf.Tensor2D))) as tf.Tensor2D, b as tf.Tensor2D).square().sum() // prettier-ignore
        const slope = (at: tf.Tensor[]): tf.Tensor =>
          tf.addN(gradients(loss, at).gradients.map((g, i) => g.mul(v[i] ?? 0).sum()))
        return gradients(slope, [w1, w2]).gradients.flatMap(numbers)
      }
      const byHand = product(h => h.mul(mask))
      expect(byHand.some(value => Math.abs(value) > 1)).toBe(true)
      expect(product(h => dropout(h, 0.4, seedOf(9, 9)))).toEqual(byHand)
      expect(product(h => dropout(h, 0.4, seedOf(9, 8)))).not.toEqual(byHand)
    })

    test.each([-0.1, 1, 1.5, NaN])('the rate %s is refused', rate => {
      expect(() => dropout(tf.ones([2]), rate, seedOf(0, 0))).toThrow(/rate is .*from 0 to less than 1/)
    })
  })
})
