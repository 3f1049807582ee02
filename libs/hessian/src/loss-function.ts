import { atPoint, evaluateLoss, type LossAndGradient } from './evaluate.ts'
import { openCompiled } from './compiled-objective.ts'
import { gradientAt } from './gradient-at.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { Objective } from './objective.ts'
import { parameterValues } from './parameter-tensors.ts'

/** L as a function of θ on the host, for work that looks at many points. */
export interface LossFunction {
  /** θ of the objective when this was made. */
  readonly start: Float64Array
  /** L(θ): NaN or infinite where it is. */
  readonly value: (theta: Float64Array) => Promise<number>
  /** L(θ) and ∇L(θ); both are NaN where L is not finite. */
  readonly valueAndGradient: (theta: Float64Array) => Promise<LossAndGradient>
  /** Gives back the graphs. */
  readonly dispose: () => void
}

/**
 * An objective as a function of a vector θ: as `atPoint` with `evaluateLoss` or `evaluateGradient`, but traced once for all
 * points. The objective's own parameters stay where they are. θ is rounded to float32 on its way to the backend.
 *
 * @throws RangeError (rejections) as `atPoint` and `evaluateGradient` do
 *
 * @example
 * const toy = lossFunction(functionObjective([tf.scalar(3)], ([w]) => w.square()))
 * await toy.value(Float64Array.of(5)) // 25
 * (await toy.valueAndGradient(toy.start)).gradient // [6]
 */
export function lossFunction(objective: Objective, options: BatchOptions = {}): LossFunction {
  const { objective: open, dispose } = openCompiled(objective)
  return Object.freeze({
    start: parameterValues(objective.parameters),
    value: (theta: Float64Array) => atPoint(open, theta, there => evaluateLoss(there, options)),
    valueAndGradient: (theta: Float64Array) => gradientAt(open, theta, options),
    dispose,
  })
}
