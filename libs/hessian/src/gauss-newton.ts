import type { LinearOperator } from './linear-operator.ts'
import { hessianVectorProduct } from './hessian-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { ModelObjective } from './objective.ts'
import { objectiveOperator } from './objective-operator.ts'
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
 * const g = gaussNewton(classification({ ...network, parameters, inputs, labels }))
 * await g.apply(v)
 */
export function gaussNewton(objective: ModelObjective, options: BatchOptions = {}): LinearOperator {
  const { outputs, outputLoss, parameters } = objective
  return objectiveOperator(objective, options, ({ inputs, targets }, v) =>
    throughOutputs(
      at => outputs(at, inputs),
      parameters,
      v,
      (z, jv) => {
        const [product = jv] = hessianVectorProduct(([at = z]) => outputLoss(at, targets), [z], [jv])
        return product
      },
    ),
  )
}
