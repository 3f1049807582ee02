import { gradients } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import type { LinearOperator } from './linear-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { Objective } from './objective.ts'
import { objectiveOperator } from './objective-operator.ts'
import { checkShapes, seededWith } from './parameter-tensors.ts'

/**
 * The Hessian H = ∂²L/∂θ² of an objective at its parameters, as an operator: exact products over the whole data,
 * in float32, one micro-batch at a time.
 *
 * @throws RangeError at once, before any work, when the objective cannot be differentiated: see `checkObjective`
 * @returns size: the number of scalars in θ, in the order of `flatten(parameters)`. A product rejects with the
 *   signal's reason when it is aborted.
 *
 * @example
 * const toy = functionObjective([tf.scalar(0), tf.scalar(0)], ([w1, w2]) => tf.sub(1, w1.mul(w2)).square())
 * await hessian(toy).apply(Float64Array.of(1, 0)) // [0, −2]
 */
export function hessian(objective: Objective, options: BatchOptions = {}): LinearOperator {
  const { loss, parameters } = objective
  return objectiveOperator(objective, options, (batch, v) =>
    hessianVectorProduct(at => loss(at, batch), parameters, v),
  )
}

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
  checkShapes('v', v, parameters)
  // A loss that is linear in a parameter has a gradient that does not depend on it: zeros, not an error.
  const slope = (at: tf.Tensor[]): tf.Tensor => {
    const { value, gradients: slopes } = gradients(loss, at)
    return seededWith(v, slopes, value)
  }
  return tf.tidy(() => gradients(slope, parameters, { independent: 'zeros' }).gradients)
}
