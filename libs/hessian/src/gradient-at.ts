import { atPoint, evaluateGradient, evaluateLoss, type LossAndGradient } from './evaluate.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { Objective } from './objective.ts'

/**
 * L and ∇L at θ. Where L is not finite, as after a step that is too long, both are NaN: a search turns back from there,
 * where `evaluateGradient` throws.
 */
export async function gradientAt(
  objective: Objective,
  theta: Float64Array,
  options: BatchOptions,
): Promise<LossAndGradient> {
  return atPoint(objective, theta, async there => {
    try {
      return await evaluateGradient(there, options)
    } catch (error) {
      if (!(error instanceof RangeError) || Number.isFinite(await evaluateLoss(there, options))) throw error
      return { loss: NaN, gradient: new Float64Array(theta.length).fill(NaN) }
    }
  })
}
