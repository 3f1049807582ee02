import { gradients } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import type { ModelObjective } from './objective.ts'
import type { OnOutputs } from './through-outputs.ts'

/**
 * The product with w of the mean over the examples of rᵢrᵢᵀ, where rᵢ = ∂ℓᵢ/∂zᵢ: row i is rᵢ⟨rᵢ, wᵢ⟩ / b.
 *
 * @param z outputs, [b, …]; the loss is the mean over b, so that its gradient has the rows rᵢ / b
 */
export function onOutputGradients(
  outputLoss: ModelObjective['outputLoss'],
  z: tf.Tensor,
  targets: tf.Tensor,
  w: tf.Tensor,
): OnOutputs {
  const { value, gradients: slopesOfLoss } = gradients(([at = z]) => outputLoss(at, targets), [z])
  const [gradient = z] = slopesOfLoss
  const withinExample = z.shape.map((_, axis) => axis).slice(1)
  const slopes = gradient.mul(w).sum(withinExample, true)
  return { value, product: gradient.mul(slopes).mul(z.shape[0]) }
}
