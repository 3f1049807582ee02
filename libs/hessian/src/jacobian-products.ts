import { gradients } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { innerProduct } from './parameter-tensors.ts'

/** z = f(θ), a tensor of any shape. */
export type Outputs = (parameters: readonly tf.Tensor[]) => tf.Tensor

/**
 * Jᵀu, with J = ∂z/∂θ: the gradient of ⟨f(θ), u⟩.
 *
 * @param u in the shape of the outputs
 * @returns tensors in the shapes of the parameters, which the caller disposes of
 */
export function jacobianTransposeProduct(
  outputs: Outputs,
  parameters: readonly tf.Tensor[],
  u: tf.Tensor,
): tf.Tensor[] {
  return tf.tidy(() => gradients(at => outputs(at).mul(u).sum(), parameters, ZEROS).gradients)
}

/**
 * Jv, exactly: Jᵀu is linear in u, so that the gradient of ⟨Jᵀu, v⟩ in u is Jv (the double-backward trick;
 * TensorFlow.js has no forward mode).
 *
 * @param v in the shapes of the parameters
 * @param like any tensor in the shape of the outputs
 * @returns a tensor in the shape of the outputs, which the caller disposes of
 */
export function jacobianProduct(
  outputs: Outputs,
  parameters: readonly tf.Tensor[],
  v: readonly tf.Tensor[],
  like: tf.Tensor,
): tf.Tensor {
  return tf.tidy(() => {
    const slope = ([u = like]: tf.Tensor[]): tf.Tensor =>
      innerProduct(gradients(at => outputs(at).mul(u).sum(), parameters, ZEROS).gradients, v)
    const [product = like] = gradients(slope, [tf.zerosLike(like)], ZEROS).gradients
    return product
  })
}

// An output that a parameter has no part in is a zero of the Jacobian.
const ZEROS = { independent: 'zeros' } as const
