import type { Objective } from '@flatland/hessian'
import { withEvaluations } from './evaluations.ts'
import {
  type AscentOptions,
  checkAscent,
  mostEvaluations,
  riseInBall,
  type WorstCaseSharpness,
} from './rise-in-ball.ts'

export interface SamSharpnessOptions extends AscentOptions {
  /** ρ > 0, the radius of the ball, in units of θ. Default 0.05, as of `sam`. */
  readonly rho?: number
}

/**
 * The sharpness that SAM minimises (Foret, Kleiner, Mobahi and Neyshabur 2021, equation 1): how far the loss rises in a
 * ball about θ,
 *
 *   max_{‖δ‖₂ ≤ ρ} L(θ + δ) − L(θ).
 *
 * It is searched for by projected gradient ascent, whose first step is SAM's own point δ = ρ g / ‖g‖ (equation 2); the
 * highest point counts. So the value is a lower bound. At a minimum with Hessian H it is about ½ λmax ρ². It depends on
 * how the network is parametrised: see `invariances`.
 *
 * @throws RangeError (a rejection) when ρ is not positive, `steps` or `seed` is no such integer, the loss is not finite at θ or
 *   at a point of the ball, or the objective is one that `atPoint` refuses
 *
 * @example
 * // ½ (x² + 9y²) at its minimum: ½ · 9 · 0.1²
 * const bowl = functionObjective([tf.scalar(0), tf.scalar(0)], ([x, y]) => x.square().add(y.square().mul(9)).div(2))
 * const { value } = await samSharpness(bowl, { rho: 0.1 })
 * value // 0.045
 */
export async function samSharpness(
  objective: Objective,
  options: SamSharpnessOptions = {},
): Promise<WorstCaseSharpness> {
  const { rho = 0.05 } = options
  checkAscent(rho, options)
  return withEvaluations(objective, mostEvaluations(options), options, evaluations =>
    riseInBall(
      evaluations,
      { rho, norm: 2, scale: new Float64Array(evaluations.start.length).fill(1) },
      options,
    ),
  )
}
