import { productWithValue } from './hessian-vector-product.ts'
import type { LinearOperator } from './linear-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { ModelObjective } from './objective.ts'
import { throughOutputs } from './through-outputs.ts'

/**
 * The generalised Gauss–Newton matrix (Schraudolph 2002; Martens 2010)
 *
 *   G = (1/N) Σᵢ Jᵢᵀ (∂²ℓ/∂z²) Jᵢ,   Jᵢ = ∂zᵢ/∂θ:
 *
 * the Hessian without the curvature of the model itself; positive semi-definite when the loss is convex in the
 * outputs. With `crossEntropy` of logits it is the exact Fisher matrix of the model's own distribution.
 *
 * The loss of the outputs may be any: its Hessian comes from its derivatives.
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
 * await gaussNewton(objective).apply(Float64Array.of(1, 0, 0, 0)) // [0.1966, -0.1966, 0, 0]
 */
export function gaussNewton(objective: ModelObjective, options: BatchOptions = {}): LinearOperator {
  const { outputLoss } = objective
  return throughOutputs(objective, options, (z, targets, w) => {
    const { value, product } = productWithValue(([at = z]) => outputLoss(at, targets), [z], [w])
    return { value, product: product[0] ?? w }
  })
}
