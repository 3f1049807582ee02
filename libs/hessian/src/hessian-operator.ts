import { compiledOf } from './compiled-objective.ts'
import type { LinearOperator } from './linear-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { Objective } from './objective.ts'
import { objectiveOperator } from './objective-operator.ts'

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
  return objectiveOperator(objective, options, compiledOf(objective).product)
}
