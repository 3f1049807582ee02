import * as tf from '@tensorflow/tfjs'
import { jacobianProduct, jacobianTransposeProduct, type Outputs } from './jacobian-products.ts'

/**
 * Jᵀ M J v, with J = ∂z/∂θ and M a matrix on the outputs: what Gauss–Newton and Fisher matrices have in common.
 *
 * @param onOutputs M's product, from the outputs z and Jv to a tensor of the same shape
 */
export function throughOutputs(
  outputs: Outputs,
  parameters: readonly tf.Tensor[],
  v: readonly tf.Tensor[],
  onOutputs: (z: tf.Tensor, jv: tf.Tensor) => tf.Tensor,
): tf.Tensor[] {
  return tf.tidy(() => {
    const z = outputs(parameters)
    const jv = jacobianProduct(outputs, parameters, v, z)
    return jacobianTransposeProduct(outputs, parameters, onOutputs(z, jv))
  })
}
