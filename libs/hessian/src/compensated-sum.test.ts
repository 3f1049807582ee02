import { randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeEach, describe, expect, test } from 'vitest'
import { backends } from '../test/native.ts'
import { addTo, compensatedSum } from './compensated-sum.ts'

describe.each(backends)('on %s', backend => {
  beforeEach(async () => {
    await useBackend(backend)
  })

  test('thousands of tensors sum to what float64 gives, which plain float32 sums do not', () => {
    const stream = randomStream(5)
    const [size, count] = [20, 3000]
    const exact = new Float64Array(size)
    const sum = new Float64Array(size)
    const compensated = compensatedSum(sum, 0.5)
    let plain = tf.zeros([size])
    const before = tf.memory().numTensors
    for (let i = 0; i < count; i++) {
      const values = stream.uniform(size)
      values.forEach((value, j) => (exact[j] = (exact[j] ?? NaN) + value / 2))
      tf.tidy(() => {
        const tensor = tf.tensor1d(values)
        compensated.add([tensor.slice(0, 8).reshape([2, 4]), tensor.slice(8)])
        const next = tf.keep(plain.add(tensor.div(2)))
        plain.dispose()
        plain = next
      })
    }
    compensated.read()
    compensated.dispose()
    expect(tf.memory().numTensors).toBe(before)
    const worst = (sums: ArrayLike<number>): number =>
      Math.max(...exact.map((value, j) => Math.abs((sums[j] ?? NaN) / value - 1)))
    expect(worst(sum)).toBeLessThan(1e-12)
    expect(worst(plain.dataSync())).toBeGreaterThan(1e-7)
    plain.dispose()
  })

  test('what is lost is no float32 sum of thousands either', () => {
    const sum = new Float64Array(1)
    const compensated = compensatedSum(sum, 1)
    const [large, small] = [tf.tensor1d([1e8]), tf.tensor1d([1.1])]
    for (let i = 0; i <= 2000; i++) compensated.add([i === 0 ? large : small])
    compensated.read()
    compensated.dispose()
    tf.dispose([large, small])
    expect(Math.abs((sum[0] ?? NaN) - (1e8 + 2000 * Math.fround(1.1)))).toBeLessThan(1e-5)
  })

  test('what is infinite or NaN stays so, and spoils nothing else', () => {
    const sum = new Float64Array(3)
    const compensated = compensatedSum(sum, 1)
    for (const value of [1, Infinity, 2]) {
      const tensor = tf.tensor1d([value, 1, value === 2 ? NaN : 1])
      compensated.add([tensor])
      tensor.dispose()
    }
    compensated.read()
    compensated.dispose()
    expect([...sum]).toEqual([Infinity, 3, NaN])
  })
})

test('adds tensors one after the other', () => {
  const vector = Float64Array.of(1, 2, 3)
  tf.tidy(() => {
    addTo(vector, 2, [tf.tensor1d([1, 1]), tf.scalar(10)])
  })
  expect([...vector]).toEqual([3, 4, 23])
})
