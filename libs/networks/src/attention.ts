import * as tf from '@tensorflow/tfjs'
import { dense } from './network.ts'

/** Weights and bias of a dense layer, shapes [i, o] and [o]. */
export interface Dense {
  readonly weights: tf.Tensor
  readonly bias: tf.Tensor
}

/** The four dense layers, each [width, width] with a bias [width]. */
export interface Attention {
  readonly query: Dense
  readonly key: Dense
  readonly value: Dense
  readonly output: Dense
}

export interface AttentionOptions {
  /** b; the rows of each sequence follow one another. */
  readonly sequences: number
  readonly heads: number
  /** Added to the scores, shape [b, 1, 1, asked]: very negative where nobody is to look. */
  readonly mask: tf.Tensor | undefined
  /** What is done to the weights, e.g. dropout. */
  readonly drop: (weights: tf.Tensor) => tf.Tensor
}

/**
 * Multi-head attention (Vaswani et al. 2017, §3.2.2): with q from the rows that ask, k and v from those that are asked, cut
 * into heads of d = width / heads,
 *
 *   softmax(q kᵀ / √d) v   in each head, and a dense layer over all heads.
 *
 * The factor 1/√d goes into the weights of q.
 *
 * @param asking shape [b · n, width]
 * @param asked shape [b · m, width]; the same tensor for self-attention of all rows
 * @returns shape [b · n, width]; the caller disposes of it
 */
export function attention(
  asking: tf.Tensor,
  asked: tf.Tensor,
  { query, key, value, output }: Attention,
  { sequences, heads, mask, drop }: AttentionOptions,
): tf.Tensor2D {
  return tf.tidy(() => {
    const [, width = 0] = asked.shape
    const size = width / heads
    const inHeads = (x: tf.Tensor, { weights, bias }: Dense): tf.Tensor =>
      dense(x, weights, bias).reshape([sequences, -1, heads, size]).transpose([0, 2, 1, 3])
    const q = inHeads(asking, scaled(query, 1 / Math.sqrt(size)))
    const scores = tf.matMul(q, inHeads(asked, key), false, true)
    const weights = drop(tf.softmax(mask === undefined ? scores : scores.add(mask)))
    const seen = tf.matMul(weights, inHeads(asked, value)).transpose([0, 2, 1, 3])
    return dense(seen.reshape([-1, width]), output.weights, output.bias)
  })
}

function scaled({ weights, bias }: Dense, factor: number): Dense {
  return { weights: weights.mul(factor), bias: bias.mul(factor) }
}
