import type { LinearOperator } from './linear-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { ModelObjective } from './objective.ts'
import { onOutputGradients } from './output-gradients.ts'
import { throughOutputs } from './through-outputs.ts'

/**
 * The empirical Fisher matrix, the mean of the outer products of the gradients of single examples,
 *
 *   E = (1/N) Σᵢ gᵢ gᵢᵀ,   gᵢ = ∂ℓᵢ/∂θ at the example's own label.
 *
 * No gradient of a single example is made: gᵢ = Jᵢᵀrᵢ with rᵢ = ∂ℓᵢ/∂zᵢ, so that E v = (1/N) Jᵀ(rᵢ · ⟨rᵢ, (Jv)ᵢ⟩),
 * at the price of a Gauss–Newton product.
 *
 * It is not the Fisher matrix, whose labels are the model's, and no approximation of the Hessian away from a
 * good fit (Kunstner et al. 2019): for the Fisher matrix take `gaussNewton` or `monteCarloFisher`.
 *
 * @throws RangeError at once, before any work, when the objective cannot be differentiated: see `checkObjective`
 *
 * @example
 * const objective = classification({
 *   parameters: [tf.tensor2d([[1, 0], [0, 1]])],
 *   logits: ([w], x) => tf.matMul(x, w),
 *   classes: 2,
 *   inputs: tf.tensor2d([[1, 0]]),
 *   labels: [0],
 * })
 * await empiricalFisher(objective).apply(Float64Array.of(1, 0, 0, 0)) // [0.0723, -0.0723, 0, 0]
 */
export function empiricalFisher(objective: ModelObjective, options: BatchOptions = {}): LinearOperator {
  const { outputLoss } = objective
  return throughOutputs(objective, options, (z, targets, w) => onOutputGradients(outputLoss, z, targets, w))
}
