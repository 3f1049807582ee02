import type { CriticalPoint, MeasuredEigenvalue } from './classify-critical-point.ts'
import { whileCompiled } from './compiled-objective.ts'
import type { Objective } from './objective.ts'
import { searchFromStarts } from './search-from-starts.ts'
import type { WorkOptions } from './work-options.ts'

/** `onProgress` is told of starts that are done; `signal` is also looked at between micro-batches. */
export interface FindCriticalPointsOptions extends WorkOptions {
  /**
   * How many starts, drawn around the objective's parameters, or the starts themselves, each a θ in the order of
   * `flatten(parameters)`. Default 10.
   */
  readonly starts?: number | readonly Float64Array[]
  /** The standard deviation of each coordinate of a drawn start, in units of θ. Default 1. */
  readonly spread?: number
  /** `newton` on ‖g‖², damped, or steepest descent on it. Default: 'newton'. */
  readonly method?: 'newton' | 'gradient norm descent'
  /** The most steps from each start; 0 looks at the starts themselves. Default 100. */
  readonly steps?: number
  /** Of Newton's method, the products of a step at most. Default 50. */
  readonly dimension?: number
  /** A point counts as critical where ‖g‖ is at most this part of `gradientScale`. Default 10⁻⁵. */
  readonly tolerance?: number
  /** Default: the root mean square of ‖g‖ over the starts. Give it when the starts are nearly critical already. */
  readonly gradientScale?: number
  /** The largest number of parameters for which all eigenvalues are computed, a product each. Default 500. */
  readonly fullSpectrumUpTo?: number
  /** Examples in a micro-batch. Default 256. */
  readonly batchSize?: number
  /** Default 0. */
  readonly seed?: number
}

/** Where one start led. */
export interface CriticalPointFound {
  /** Which start, from 0. */
  readonly start: number
  /** θ. */
  readonly parameters: Float64Array
  readonly loss: number
  /** ‖g‖. */
  readonly gradientNorm: number
  /** ‖g‖ / gradientScale; 0 when both are. */
  readonly relativeGradientNorm: number
  /**
   * `stalled`: no step that was tried lowers ‖g‖. Either rounding is reached, with a tolerance below it, or H g ≈ 0
   * with g ≠ 0: a gradient-flat region (Frye et al. 2021), which is no critical point.
   */
  readonly ended: 'converged' | 'stalled' | 'steps exhausted'
  /** The eigenvalues that are known, the largest first: all, or five of each end. */
  readonly eigenvalues: readonly MeasuredEigenvalue[]
  /**
   * The index as a fraction, negative eigenvalues / all: at least and at most. Equal where every sign is sure; eigenvalues
   * without a sign, and those that are not known, lie between.
   */
  readonly index: { readonly least: number; readonly most: number }
  /** What kind of point it is; `not critical` unless it converged. */
  readonly point: CriticalPoint
  readonly steps: number
  /** Products of the Hessian, those for the eigenvalues too. */
  readonly products: number
  readonly gradients: number
}

export interface CriticalPointSearch {
  /** One for each start, converged or not, in their order; several may have led to the same point. */
  readonly points: readonly CriticalPointFound[]
  /** What gradient norms are relative to. */
  readonly gradientScale: number
  readonly tolerance: number
  readonly seed: number
}

/**
 * Looks for critical points of any index, by minimising ½‖∇L‖² from many starts: Newton's method (see
 * `gradientNormNewton`) or steepest descent (see `gradientNormDescent`), as Dauphin et al. (2014) and Pennington and Bahri
 * (2017) did for the law of loss against index. A point that is within the tolerance is followed on while each step
 * at least halves ‖g‖, so that its eigenvalues are those of the critical point and not of its neighbourhood.
 *
 * What it finds is a sample, weighted by the basins of ‖g‖² around the starts, not all critical points; a start may end
 * where ‖g‖ has a minimum above 0, and says so. Signs of eigenvalues are of the Hessian at the point itself. Starts run one
 * after another in this process; `findCriticalPointsInWorkers` spreads them over several.
 *
 * @throws RangeError (a rejection) when an option is out of range, a start's loss is not finite, or the objective
 *   cannot be differentiated: see `checkObjective`
 *
 * @example
 * const toy = functionObjective([tf.scalar(0), tf.scalar(0)], ([w1, w2]) => tf.sub(1, w1.mul(w2)).square())
 * const { points } = await findCriticalPoints(toy, { starts: 20 })
 * // saddles of loss 1 at the origin, degenerate minima of loss 0 on w₁w₂ = 1
 */
export async function findCriticalPoints(
  objective: Objective,
  options: FindCriticalPointsOptions = {},
): Promise<CriticalPointSearch> {
  const { tolerance = 1e-5, seed = 0 } = options
  return whileCompiled(objective, async compiled => {
    const search = await searchFromStarts(compiled, options)
    const points: CriticalPointFound[] = []
    for (let start = 0; start < search.starts; start++) {
      points.push(await search.from(start))
      options.onProgress?.(points.length, search.starts)
    }
    const { gradientScale } = search
    return Object.freeze({ points: Object.freeze(points), gradientScale, tolerance, seed })
  })
}
