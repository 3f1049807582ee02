import { checkObjective } from './check-objective.ts'
import { checkPositive } from './checks.ts'
import { withCompiled } from './compiled-objective.ts'
import { atPoint, evaluateGradient } from './evaluate.ts'
import type { LinearOperator } from './linear-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { Objective } from './objective.ts'
import { checkedProduct, checkedScale } from './objective-operator.ts'
import { parameterSize, parameterValues } from './parameter-tensors.ts'
import { addScaled, norm, scaled } from './vectors.ts'

export interface FiniteDifferenceOptions extends BatchOptions {
  /**
   * The length of the step to either side, as a part of 1 + ‖θ‖. Default ∛2⁻²⁴ ≈ 0.0039: central differences err
   * by the square of the step, and float32 gradients by 2⁻²⁴ over the step; the sum is least about there.
   */
  readonly relativeStep?: number
}

/**
 * The Hessian by central differences of gradients,
 *
 *   H v ≈ ‖v‖ (∇L(θ + εu) − ∇L(θ − εu)) / 2ε,   u = v / ‖v‖,   ε = relativeStep · (1 + ‖θ‖):
 *
 * for losses whose second derivatives are not verified, and as a check on `hessian` that shares none of its second
 * pass. On smooth networks three to four digits are right. With ReLU or max pooling a step may cross kinks, at which
 * the gradient jumps: the result is then a mean curvature over the step, and may be far from the Hessian at θ.
 *
 * @throws RangeError at once, before any work, when the objective cannot be differentiated: see `checkObjective`
 *
 * @example
 * const cubic = functionObjective([tf.scalar(2)], ([w]) => w.pow(3))
 * const [curvature] = await finiteDifferenceHessian(cubic).apply(Float64Array.of(1))
 * curvature // 12.0: 6w
 */
export function finiteDifferenceHessian(
  objective: Objective,
  { relativeStep = Math.cbrt(2 ** -24), ...options }: FiniteDifferenceOptions = {},
): LinearOperator {
  checkPositive('relativeStep', relativeStep)
  checkObjective(objective, options)
  const size = parameterSize(objective.parameters)
  const compiled = withCompiled(objective)
  return Object.freeze({
    size,
    relativeError: 1e-3,
    apply: async (v: Float64Array) => {
      const scale = checkedScale(v, size)
      if (scale === 0) return new Float64Array(size)
      const theta = parameterValues(objective.parameters)
      const step = (relativeStep * (1 + norm(theta))) / norm(scaled(v, 1 / scale))
      const gradientAt = async (distance: number): Promise<Float64Array> => {
        const point = theta.slice()
        addScaled(point, distance / scale, v)
        return (await atPoint(compiled, point, there => evaluateGradient(there, options))).gradient
      }
      const difference = await gradientAt(step)
      addScaled(difference, -1, await gradientAt(-step))
      return checkedProduct(difference, scale / (2 * step))
    },
  })
}
