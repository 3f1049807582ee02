import { gradients } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { checkShapes, seededWith } from './parameter-tensors.ts'

/** z = f(θ), a tensor of any shape. */
export type Outputs = (parameters: readonly tf.Tensor[]) => tf.Tensor

/**
 * Jᵀu, with J = ∂z/∂θ: the gradient of ⟨f(θ), u⟩.
 *
 * @param u in the shape of the outputs
 * @returns tensors in the shapes of the parameters, which the caller disposes of
 * @throws RangeError when u has another shape
 *
 * @example
 * const w = tf.tensor1d([1, 2])
 * const [jtu] = jacobianTransposeProduct(([at]) => at.square(), [w], tf.tensor1d([3, 4]))
 * jtu.arraySync() // [6, 16]
 */
export function jacobianTransposeProduct(
  outputs: Outputs,
  parameters: readonly tf.Tensor[],
  u: tf.Tensor,
): tf.Tensor[] {
  return tf.tidy(() => gradients(against(outputs, u), parameters, ZEROS).gradients)
}

/**
 * Jv, exactly: Jᵀu is linear in u, so that the gradient of ⟨Jᵀu, v⟩ in u is Jv (the double-backward trick;
 * TensorFlow.js has no forward mode).
 *
 * @param v in the shapes of the parameters
 * @param like any tensor in the shape of the outputs
 * @returns a tensor in the shape of the outputs, which the caller disposes of
 * @throws RangeError when v or `like` has another shape, or an output is not finite
 *
 * @example
 * const w = tf.tensor1d([1, 2])
 * const jv = jacobianProduct(([at]) => at.square(), [w], [tf.tensor1d([3, 4])], w)
 * jv.arraySync() // [6, 16]
 */
export function jacobianProduct(
  outputs: Outputs,
  parameters: readonly tf.Tensor[],
  v: readonly tf.Tensor[],
  like: tf.Tensor,
): tf.Tensor {
  checkShapes('v', v, parameters)
  return tf.tidy(() => {
    const slope = ([u = like]: tf.Tensor[]): tf.Tensor => {
      const { value, gradients: slopes } = gradients(against(outputs, u), parameters, ZEROS)
      return seededWith(v, slopes, value)
    }
    const [product = like] = gradients(slope, [tf.zerosLike(like)], ZEROS).gradients
    return product
  })
}

/** ⟨f(θ), u⟩. */
function against(outputs: Outputs, u: tf.Tensor): (at: readonly tf.Tensor[]) => tf.Tensor {
  return at => {
    const z = outputs(at)
    checkShapes('the vector on the outputs', [u], [z])
    return z.mul(u).sum()
  }
}

// An output that a parameter has no part in is a zero of the Jacobian.
const ZEROS = { independent: 'zeros' } as const
