import type { Objective } from '@flatland/hessian'
import { checkScale } from './adaptive-sharpness.ts'
import { meanRise } from './antithetic-rises.ts'
import { checkInteger, checkPositive } from './checks.ts'
import {
  checkNearLoss,
  checkSeed,
  checkStartLoss,
  type Evaluations,
  type MeasureOptions,
  roundingOf,
  withEvaluations,
} from './evaluations.ts'

export interface AverageSharpnessOptions extends MeasureOptions {
  /**
   * σ > 0, the standard deviation of each number of δ: in units of θ, or of the adaptive form as a part of it. It has no
   * default, for values at different σ cannot be compared.
   */
  readonly sigma: number
  /** Antithetic pairs θ ± δ, two evaluations each, at least 2. Default 50. */
  readonly pairs?: number
  /** Of the perturbations. Default 0. */
  readonly seed?: number
}

/** How far the loss rises on average about θ. */
export interface AverageSharpness {
  /** The mean rise over the pairs. Negative where the loss falls on average, as at a maximum. */
  readonly value: number
  /** Of the value, from the spread of the pairs. */
  readonly standardError: number
  /** L(θ). */
  readonly loss: number
  readonly sigma: number
  readonly pairs: number
  /** What float32 may leave uncertain of the value beside it, several roundings of the losses. */
  readonly rounding: number
  /** Losses over the whole data. */
  readonly evaluations: number
  readonly seed: number
}

/**
 * Average-case sharpness: how far the loss rises on average under normal perturbations (Neyshabur et al. 2017, of
 * PAC-Bayes bounds; Andriushchenko et al. 2023 compare it with the worst case),
 *
 *   E L(θ + δ) − L(θ),   δ ~ N(0, σ² I).
 *
 * For small σ it is ½ σ² tr H. It depends on how the network is parametrised: see `invariances`.
 *
 * @throws RangeError (a rejection) when σ is not positive, `pairs` or `seed` is no such integer, the loss is not finite at θ or
 *   at a perturbed point, or the objective is one that `atPoint` refuses
 *
 * @example
 * // θ² has no third order: each pair gives σ² z²
 * const parabola = functionObjective([tf.scalar(3)], ([x]) => x.square())
 * const { value, standardError } = await averageSharpness(parabola, { sigma: 0.1, pairs: 200 })
 * Math.abs(value - 0.01) < 3 * standardError // true
 */
export async function averageSharpness(
  objective: Objective,
  options: AverageSharpnessOptions,
): Promise<AverageSharpness> {
  return average(objective, options, start => start.map(() => 1))
}

/**
 * Average-case sharpness in proportion to θ, its adaptive form (Andriushchenko et al. 2023),
 *
 *   E L(θ + δ) − L(θ),   δᵢ ~ N(0, σ² θᵢ²).
 *
 * A rescaling that leaves the network's function alone leaves this alone: see `invariances`. A number of θ that is 0 stays
 * so.
 *
 * @throws RangeError (a rejection) as `averageSharpness` does, and when all of θ is 0
 *
 * @example
 * // Of 4 (θ/2)² at 6 the same as of θ² at 3
 * const narrow = functionObjective([tf.scalar(3)], ([x]) => x.square())
 * const wide = functionObjective([tf.scalar(6)], ([x]) => x.div(2).square())
 * const options = { sigma: 0.1, pairs: 10 }
 * const one = (await adaptiveAverageSharpness(narrow, options)).value
 * one / (await adaptiveAverageSharpness(wide, options)).value // 1.000
 */
export async function adaptiveAverageSharpness(
  objective: Objective,
  options: AverageSharpnessOptions,
): Promise<AverageSharpness> {
  return average(objective, options, start => {
    const scale = start.map(Math.abs)
    checkScale(scale)
    return scale
  })
}

async function average(
  objective: Objective,
  options: AverageSharpnessOptions,
  scaleOf: (start: Float64Array) => Float64Array,
): Promise<AverageSharpness> {
  const { sigma, pairs = 50, seed = 0 } = options
  checkPositive('sigma', sigma)
  checkInteger('pairs', pairs, 2)
  checkSeed(seed)
  return withEvaluations(objective, 1 + 2 * pairs, options, async (evaluations: Evaluations) => {
    const { start, value } = evaluations
    const scale = scaleOf(start)
    const loss = await value(start)
    checkStartLoss(loss)
    const near = async (theta: Float64Array): Promise<number> => {
      const there = await value(theta)
      checkNearLoss(there, 'sigma', sigma)
      return there
    }
    const rise = await meanRise(near, start, loss, sigma, scale, { pairs, seed })
    if (rise === undefined)
      throw new RangeError('The losses are finite, but their sum overflows: take a smaller sigma')
    const rounding = roundingOf(loss, loss + rise.value)
    return Object.freeze({ ...rise, loss, sigma, pairs, rounding, evaluations: evaluations.count, seed })
  })
}
