import * as tf from '@tensorflow/tfjs'

/**
 * The exact GELU (Hendrycks and Gimpel 2016, equation in §2), x times the normal distribution at x:
 *
 *   gelu(x) = x · ½ (1 + erf(x / √2)).
 *
 * It is PyTorch's default. The approximation by tanh takes more operations, and no less time.
 *
 * @param x float32, any shape
 * @returns of x's shape; the caller disposes of it
 *
 * @example
 * gelu(tf.tensor1d([-1, 0, 1])) // [-0.1587, 0, 0.8413]
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    const half: T = x.mul(0.5)
    return half.mul<T>(x.mul(Math.SQRT1_2).erf().add(1))
  })
}
