import * as tf from '@tensorflow/tfjs'

/** ‖x‖ of all numbers of one tensor, a scalar. */
export function norm(x: tf.Tensor): tf.Tensor {
  return x.square().sum().sqrt()
}

/** ‖x‖ of all numbers of some tensors as one vector, a scalar. */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Tensor {
  return tf.addN(tensors.map(each => each.square().sum())).sqrt()
}

/** numerator / denominator, and `otherwise` where one of the norms is 0: where nothing could be scaled, nothing is. */
export function ratioOr(
  otherwise: tf.Tensor,
  norms: readonly [tf.Tensor, tf.Tensor],
  numerator: tf.Tensor,
  denominator: tf.Tensor,
): tf.Tensor {
  const [first, second] = norms
  return tf.where(first.minimum(second).greater(0), numerator.div(denominator), otherwise)
}

/** min(1, limit / ‖all‖), without a division by 0. */
export function clipFactor(tensors: readonly tf.Tensor[], limit: number): tf.Tensor {
  return tf.scalar(limit).div(globalNorm(tensors).maximum(limit))
}
