import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { relativeError } from '../test/relative-error.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { finiteDifferenceHessian } from './finite-difference-hessian.ts'
import { functionObjective, type Objective } from './objective.ts'

await tensorScope()

function toyAt(w1: number, w2: number): Objective {
  return functionObjective([tf.scalar(w1), tf.scalar(w2)], ([a, b]) => tf.sub(1, a.mul(b)).square())
}

test('of L = (1 − w₁w₂)² it is within its stated error, at the origin and far from it, for v of any length', async () => {
  for (const [w1, w2] of [
    [0, 0],
    [1, 1],
    [30, -20],
  ] as const) {
    // prettier-ignore
    const operator = finiteDifferenceHessian(toyAt(w1, w2))
    const mixed = 4 * w1 * w2 - 2
    for (const length of [1, 1e-200, 1e30]) {
      const product = await operator.apply(Float64Array.of(length, -2 * length))
      const expected = [2 * w2 * w2 - 2 * mixed, mixed - 4 * w1 * w1].map(value => value * length)
      expect(
        relativeError(
          product.map(value => value / length),
          expected.map(value => value / length),
        ),
      ).toBeLessThan(operator.relativeError ?? 0)
    }
    expect([...(await operator.apply(new Float64Array(2)))]).toEqual([0, 0])
  }
})

test('a step that is no positive number is refused', () => {
  expect(() => finiteDifferenceHessian(toyAt(0, 0), { relativeStep: 0 })).toThrow('relativeStep is 0')
})
