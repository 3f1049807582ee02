import * as tf from '@tensorflow/tfjs'

/** ε, added to the variance: 1e-5, as in PyTorch (Keras has 1e-3). */
export const EPSILON = 1e-5

/** μ and σ² of each unit, shape [units]. */
export interface Moments {
  readonly mean: tf.Tensor
  readonly variance: tf.Tensor
}

/** Where the statistics of a normalisation come from: the batch itself, its parts of a size, or given ones. */
export type StatisticsFrom = { readonly ghostBatch: number | undefined } | { readonly moments: Moments }

/**
 * Batch normalisation (Ioffe and Szegedy 2015, algorithm 1) of the units in the last axis:
 *
 *   y = γ (x − μ) / √(σ² + ε) + β,   ε = 1e-5,
 *
 * with the mean μ and the biased variance σ² = mean (x − μ)² over all other axes: over the batch after a dense layer, over
 * batch, height and width after a convolution. A layer before it needs no bias: μ would take it away again, and β is one.
 *
 * Statistics of the batch are functions of x, and so of all parameters before: gradients and second derivatives go
 * through them. Given ones are as constant as the caller made them.
 *
 * @param x float32, shape [b, …, units]
 * @param scale γ, shape [units]
 * @param shift β, shape [units]
 * @param from `ghostBatch: undefined` for the whole batch
 * @returns of x's shape; the caller disposes of it
 * @throws RangeError where statistics would be taken over a single number
 *
 * @example
 * const x = tf.tensor2d([1, 3], [2, 1])
 * const [one, zero] = [tf.ones([1]), tf.zeros([1])]
 * batchNormalisation(x, one, zero, { ghostBatch: undefined }) // [[-1], [1]]
 */
export function batchNormalisation(
  x: tf.Tensor,
  scale: tf.Tensor,
  shift: tf.Tensor,
  from: StatisticsFrom,
): tf.Tensor {
  return tf.tidy(() => {
    if ('moments' in from) return byMoments(x, scale, shift, from.moments)
    const [examples = 0] = x.shape
    const { ghostBatch = examples } = from
    if (ghostBatch >= examples) return byParts(x, scale, shift, 1)
    const parts = Math.floor(examples / ghostBatch)
    const full = parts * ghostBatch
    if (full === examples) return byParts(x, scale, shift, parts)
    const [most, rest] = tf.split(x, [full, examples - full]) as [tf.Tensor, tf.Tensor]
    return tf.concat([byParts(most, scale, shift, parts), byParts(rest, scale, shift, 1)])
  })
}

/**
 * The mean and biased variance of each unit over a batch, as `batchNormalisation` takes them.
 *
 * @param x float32, shape [b, …, units]
 * @returns the caller disposes of both
 * @throws RangeError when there is a single number a unit
 *
 * @example
 * const { mean, variance } = batchMoments(tf.tensor2d([1, 3], [2, 1]))
 * mean // [2]
 * variance // [1]
 */
export function batchMoments(x: tf.Tensor): Moments {
  return tf.tidy(() => {
    const rows = asRows(x, 1)
    const mean = rows.mean<tf.Tensor>(0)
    return { mean, variance: rows.sub(mean).square().mean<tf.Tensor>(0) }
  })
}

/** As x a + b with a and b of the size of one example: two passes over x. */
function byMoments(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor, { mean, variance }: Moments): tf.Tensor {
  const a = scale.mul(tf.rsqrt(variance.add(EPSILON)))
  return x.mul(a).add(shift.sub(mean.mul(a)))
}

/**
 * Each of so many equal parts by its own statistics. x − μ, which the variance needs anyway, is what is scaled: that
 * takes no more passes than x a + b, and loses no digits where μ is large beside σ.
 */
function byParts(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor, parts: number): tf.Tensor {
  const rows = asRows(x, parts)
  const axis = rows.rank - 2
  const centred = rows.sub(rows.mean(axis, true))
  const a = tf.rsqrt(centred.square().mean(axis, true).add(EPSILON)).mul(scale)
  return centred.mul(a).add(shift).reshape(x.shape)
}

/** [rows, units] for one part, [parts, rows, units] for more: a reduction over one axis is the fastest. */
function asRows(x: tf.Tensor, parts: number): tf.Tensor {
  const units = x.shape.at(-1) ?? 1
  const rows = x.size / (parts * units)
  if (rows < 2)
    throw new RangeError(
      `batch normalisation of shape [${x.shape.join()}] in ${parts === 1 ? 'one part' : `${parts} parts`} takes the ` +
        `variance of ${rows} number a unit, which is 0 whatever it is: pass more examples, or statistics`,
    )
  return x.reshape(parts === 1 ? [rows, units] : [parts, rows, units])
}
