import * as tf from '@tensorflow/tfjs'

/** Scale and shift of a layer normalisation, both [units]. */
export interface Norm {
  readonly scale: tf.Tensor
  readonly shift: tf.Tensor
}

const EPSILON = 1e-12

/**
 * Layer normalisation (Ba, Kiros and Hinton 2016, equation 4) of each row:
 *
 *   y = γ (x − μ) / √(σ² + ε) + β,   ε = 1e-12,
 *
 * with the mean μ and the biased variance σ² over the units of the row.
 *
 * ε is BERT's. Float32 holds it, and it matters only in rows whose numbers are all but the same: there it does not hide
 * the rounding of μ, which is scaled by up to 10⁶. A row of zeros gives β.
 *
 * @param x float32, shape [rows, units]
 * @returns of x's shape; the caller disposes of it
 *
 * @example
 * layerNorm(tf.tensor2d([[1, 3]]), { scale: tf.ones([2]), shift: tf.zeros([2]) }) // [[-1, 1]]
 */
export function layerNorm(x: tf.Tensor, { scale, shift }: Norm): tf.Tensor2D {
  return tf.tidy(() => {
    const centred = x.sub(meanOfRows(x))
    const precision = tf.rsqrt(meanOfRows(centred.square()).add(EPSILON))
    return centred.mul(precision).mul(scale).add(shift)
  })
}

/**
 * As a product with a column of 1/units: its gradient is a product again. That of `mean` makes ones of x's shape, which
 * would be as large a constant in a compiled step.
 */
function meanOfRows(x: tf.Tensor): tf.Tensor2D {
  const [, units = 1] = x.shape
  return tf.matMul(x, tf.fill<tf.Rank.R2>([units, 1], 1 / units))
}
