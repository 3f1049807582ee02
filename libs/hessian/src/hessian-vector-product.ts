import { gradients } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { checkShapes, seededWith } from './parameter-tensors.ts'

/**
 * H v, the gradient of ⟨∇L, v⟩ (Pearlmutter 1994), by two reverse passes. A pure function of its tensors.
 *
 * @param loss from the parameters to a scalar
 * @param v in the shapes of the parameters
 * @returns tensors of the same shapes, which the caller disposes of
 * @throws RangeError when v has other shapes, or the loss is not finite
 *
 * @example
 * const w = tf.tensor1d([1, 2])
 * const [hv] = hessianVectorProduct(([at]) => at.square().sum(), [w], [tf.tensor1d([3, 4])])
 * hv.arraySync() // [6, 8]
 */
export function hessianVectorProduct(
  loss: (parameters: tf.Tensor[]) => tf.Tensor,
  parameters: readonly tf.Tensor[],
  v: readonly tf.Tensor[],
): tf.Tensor[] {
  return tf.tidy(() => [...productWithValue(loss, parameters, v).product])
}

/** H v, and the loss: in a graph nothing else tells that it is not finite. */
export interface ProductWithValue {
  readonly value: tf.Tensor
  readonly product: readonly tf.Tensor[]
}

export function productWithValue(
  loss: (parameters: tf.Tensor[]) => tf.Tensor,
  parameters: readonly tf.Tensor[],
  v: readonly tf.Tensor[],
): ProductWithValue {
  checkShapes('v', v, parameters)
  // A loss that is linear in a parameter has a gradient that does not depend on it: zeros, not an error.
  const slope = (at: tf.Tensor[]): tf.Tensor => {
    const { value, gradients: slopes } = gradients(loss, at)
    return seededWith(v, slopes, value)
  }
  const { value, gradients: product } = gradients(slope, parameters, { independent: 'zeros' })
  return { value, product }
}
