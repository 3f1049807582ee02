import type { Objective } from '@flatland/hessian'
import { withEvaluations } from './evaluations.ts'
import {
  type AscentOptions,
  checkAscent,
  mostEvaluations,
  riseInBall,
  type WorstCaseSharpness,
} from './rise-in-ball.ts'

export interface AdaptiveSharpnessOptions extends AscentOptions {
  /**
   * ρ > 0, as a part of θ. It has no default: with p = 2 it is shared by all numbers of θ, with p = ∞ each has it to itself,
   * so that the values in use differ by orders of magnitude. `asam` takes 0.5 with p = 2.
   */
  readonly rho: number
  /** p: 2, or 'infinity', where each number of θ has a bound of its own. Default 2. */
  readonly norm?: 2 | 'infinity'
  /**
   * η ≥ 0, what is added to |θ|. Default 0: only then is the measure exactly invariant to a rescaling of θ, and a number of θ
   * that is 0 stays so.
   */
  readonly floor?: number
}

/**
 * The adaptive sharpness of ASAM (Kwon, Kim, Park and Choi 2021; Andriushchenko et al. 2023 study it): how far
 * the loss rises where each number of θ may move in proportion to its size,
 *
 *   max_{‖T⁻¹δ‖_p ≤ ρ} L(θ + δ) − L(θ),   T = |θ| + η, number by number.
 *
 * As T moves with θ, a rescaling that leaves the network's function alone leaves this alone, as long as η = 0: see
 * `invariances`. It is searched for as `samSharpness` is, from ASAM's own point δ = ρ T² g / ‖T g‖, for p = ∞ from
 * δ = ρ T sign(g): a lower bound.
 *
 * @throws RangeError (a rejection) when ρ is not positive, p is neither 2 nor ∞, η is negative or not finite, all of T is 0,
 *   `steps` or `seed` is no such integer, the loss is not finite at θ or at a point of the neighbourhood, or the objective is
 *   one that `atPoint` refuses
 *
 * @example
 * // θ² at 2, where |δ| ≤ 0.1 · 2: 2.2² − 2²
 * const parabola = functionObjective([tf.scalar(2)], ([x]) => x.square())
 * const { value } = await adaptiveSharpness(parabola, { rho: 0.1 })
 * value // 0.84
 */
export async function adaptiveSharpness(
  objective: Objective,
  options: AdaptiveSharpnessOptions,
): Promise<WorstCaseSharpness> {
  const { rho, norm = 2, floor = 0 } = options
  checkAscent(rho, options)
  checkNorm(norm)
  if (!(floor >= 0 && floor < Infinity)) {
    throw new RangeError(`floor is ${floor}; it must be a finite number of at least 0`)
  }
  return withEvaluations(objective, mostEvaluations(options), options, async evaluations => {
    const scale = evaluations.start.map(value => Math.abs(value) + floor)
    checkScale(scale)
    return riseInBall(evaluations, { rho, norm, scale }, options)
  })
}

function checkNorm(norm: unknown): void {
  if (norm === 2 || norm === 'infinity') return
  throw new RangeError(`norm is ${String(norm)}; it must be 2 or 'infinity'`)
}

/** An empty neighbourhood would have a sharpness of 0, whatever the loss. */
export function checkScale(scale: Float64Array): void {
  if (scale.length === 0 || scale.some(value => value !== 0)) return
  throw new RangeError(
    'All parameters are 0, so that no neighbourhood is in proportion to them: take a measure that is not adaptive',
  )
}
