import * as tf from '@tensorflow/tfjs'
import { statelessUniform } from './stateless-uniform.ts'

/**
 * Dropout as a function of a seed: each entry is set to 0 with probability `rate`, and the others are divided by
 * 1 − rate, so that the mean stays (Srivastava et al. 2014, scaled in training). The same seed drops the same entries,
 * in values, gradients and second derivatives alike, compiled or not, on every backend; another seed drops others.
 *
 * @param x float32, any shape
 * @param rate from 0 to less than 1. In a compiled function it is fixed
 * @param seed int32, shape [2]. Each layer needs another one at each step, e.g.
 *   `tf.tensor1d([step, layer], 'int32')`
 * @returns of x's shape; the caller disposes of it
 * @throws RangeError on any other rate or seed
 *
 * @example
 * const step = compile((x: tf.Tensor, seed: tf.Tensor) => dropout(x, 0.5, seed))
 * step(tf.ones([4]), tf.tensor1d([0, 1], 'int32')) // some 0, some 2
 */
export function dropout<T extends tf.Tensor>(x: T, rate: number, seed: tf.Tensor): T {
  if (!(rate >= 0 && rate < 1))
    throw new RangeError(`dropout: rate is ${rate}; it must be from 0 to less than 1`)
  return tf.tidy(() => {
    const isKept = tf.greaterEqual(statelessUniform(x.shape, seed), rate)
    return tf.mul<T>(x, isKept.toFloat().div(1 - rate))
  })
}
