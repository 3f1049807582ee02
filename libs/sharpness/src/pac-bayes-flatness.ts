import type { Objective } from '@flatland/hessian'
import { checkScale } from './adaptive-sharpness.ts'
import { type MeanRise, meanRise } from './antithetic-rises.ts'
import { checkInteger, checkPositive } from './checks.ts'
import { checkSeed, checkStartLoss, type MeasureOptions, withEvaluations } from './evaluations.ts'

export interface PacBayesFlatnessOptions extends MeasureOptions {
  /** τ > 0, how far the mean may rise, in units of the loss or of `error`. Default 0.1, as Jiang et al. 2020 take it. */
  readonly tau?: number
  /**
   * What may rise by τ in place of the loss: such as the share of the training data that the network with these parameters
   * has wrong. In the order of `flatten(parameters)`. Default: the loss.
   */
  readonly error?: (parameters: Float64Array) => number | Promise<number>
  /** Between which σ it is looked for. Default [1e-6, 100]. */
  readonly range?: readonly [smallest: number, largest: number]
  /** Antithetic pairs θ ± δ, two evaluations each for every σ, at least 2. Default 10. */
  readonly pairs?: number
  /** Of the perturbations. Default 0. */
  readonly seed?: number
}

/** How much noise the parameters bear. */
export interface PacBayesFlatness {
  /** 1 / σ²: the larger, the sharper. */
  readonly value: number
  /** σ, the lower end of the bracket, where the mean rise is at most τ. */
  readonly sigma: number
  /** Two σ of a quotient of at most 1.005: at the first the mean rise is at most τ, at the second above, or not finite. */
  readonly bracket: readonly [number, number]
  readonly tau: number
  /** The mean rise at σ. */
  readonly rise: number
  /** Of the mean rise at σ, from the spread of the pairs. Where the rise grows with σ², σ is uncertain by the part standardError / 2 τ of it. */
  readonly standardError: number
  /** The loss, or `error`, at θ. */
  readonly loss: number
  readonly pairs: number
  /** Losses over the whole data, or calls of `error`. */
  readonly evaluations: number
  readonly seed: number
}

/** The spread of the perturbations makes σ uncertain by far more. */
const CLOSE = 1.005

/**
 * The flatness in PAC-Bayes bounds (Dziugaite and Roy 2017; `pac_bayes_flatness` of Jiang et al. 2020): 1 / σ², with σ the
 * most noise under which the loss stays near,
 *
 *   E L(θ + δ) ≤ L(θ) + τ,   δ ~ N(0, σ² I).
 *
 * By bisection on log σ. All σ share their perturbations but for the factor, so that the mean is one function of σ,
 * smooth where the loss is. Where it goes through τ several times, one of the crossings is found. At a minimum with
 * Hessian H σ is about √(2 τ / tr H). It depends on how the network is parametrised: see `invariances`.
 *
 * @throws RangeError (a rejection) when τ is not positive, the range is no two ascending positive numbers, `pairs` or `seed` is
 *   no such integer, the loss is not finite at θ, the mean rise exceeds τ at the smallest σ of the range already or does not
 *   at the largest, or the objective is one that `atPoint` refuses
 *
 * @example
 * // Each pair gives σ² z² exactly
 * const parabola = functionObjective([tf.scalar(3)], ([x]) => x.square())
 * const { sigma, tau, rise, standardError } = await pacBayesFlatness(parabola, { tau: 0.01, pairs: 200 })
 * rise / tau > 0.98 && rise <= tau // true
 * Math.abs(sigma ** 2 - tau) < 3 * standardError // true
 */
export async function pacBayesFlatness(
  objective: Objective,
  options: PacBayesFlatnessOptions = {},
): Promise<PacBayesFlatness> {
  return flatness(objective, options, start => start.map(() => 1))
}

/**
 * The flatness in PAC-Bayes bounds with noise in proportion to θ (the magnitude-aware form of Jiang et al. 2020): as
 * `pacBayesFlatness`, with
 *
 *   δᵢ ~ N(0, σ² θᵢ²).
 *
 * A rescaling that leaves the network's function alone leaves this alone: see `invariances`. A number of θ that is 0 stays
 * so.
 *
 * @throws RangeError (a rejection) as `pacBayesFlatness` does, and when all of θ is 0
 *
 * @example
 * // Of 4 (θ/2)² at 6 the same as of θ² at 3
 * const narrow = functionObjective([tf.scalar(3)], ([x]) => x.square())
 * const wide = functionObjective([tf.scalar(6)], ([x]) => x.div(2).square())
 * const one = (await magnitudeAwarePacBayesFlatness(narrow)).sigma
 * one / (await magnitudeAwarePacBayesFlatness(wide)).sigma // 1.00
 */
export async function magnitudeAwarePacBayesFlatness(
  objective: Objective,
  options: PacBayesFlatnessOptions = {},
): Promise<PacBayesFlatness> {
  return flatness(objective, options, start => {
    const scale = start.map(Math.abs)
    checkScale(scale)
    return scale
  })
}

async function flatness(
  objective: Objective,
  options: PacBayesFlatnessOptions,
  scaleOf: (start: Float64Array) => Float64Array,
): Promise<PacBayesFlatness> {
  const { tau = 0.1, range = [1e-6, 100], pairs = 10, seed = 0, error } = options
  checkPositive('tau', tau)
  checkRange(range)
  checkInteger('pairs', pairs, 2)
  checkSeed(seed)
  const total = 1 + 2 * pairs * (2 + bisections(range))
  return withEvaluations(objective, total, options, async evaluations => {
    const { start, counted } = evaluations
    const value = error === undefined ? evaluations.value : counted(error)
    const scale = scaleOf(start)
    const loss = await value(start.slice())
    checkStartLoss(loss)
    const at = (sigma: number): Promise<MeanRise | undefined> =>
      meanRise(value, start, loss, sigma, scale, { pairs, seed })
    const { bracket, rise } = await crossing(at, tau, range)
    const [sigma] = bracket
    return Object.freeze({
      value: 1 / sigma ** 2,
      sigma,
      bracket: Object.freeze(bracket),
      tau,
      rise: rise.value,
      standardError: rise.standardError,
      loss,
      pairs,
      evaluations: evaluations.count,
      seed,
    })
  })
}

function checkRange([smallest, largest]: readonly [number, number]): void {
  if (smallest > 0 && largest > smallest && largest < Infinity) return
  throw new RangeError(
    `range is [${smallest}, ${largest}]; it must be two positive finite numbers, the smaller one first`,
  )
}

/** How often a range is halved until its ends are close. */
function bisections([smallest, largest]: readonly [number, number]): number {
  return Math.max(0, Math.ceil(Math.log2(Math.log(largest / smallest) / Math.log(CLOSE))))
}

/** Where the mean rise goes through τ, and what it is before. */
async function crossing(
  at: (sigma: number) => Promise<MeanRise | undefined>,
  tau: number,
  range: readonly [number, number],
): Promise<{ bracket: [number, number]; rise: MeanRise }> {
  const [smallest, largest] = range
  let rise = await at(smallest)
  if (rise === undefined || rise.value > tau) {
    throw new RangeError(
      `The mean rises by ${rise?.value ?? NaN} at sigma ${smallest}, by more than tau ${tau} already: take a smaller ` +
        'sigma into the range, or a larger tau',
    )
  }
  const atLargest = await at(largest)
  if (atLargest !== undefined && atLargest.value <= tau) {
    throw new RangeError(
      `The mean rises by ${atLargest.value} at sigma ${largest}, by no more than tau ${tau} anywhere: take a larger sigma ` +
        'into the range, or a smaller tau',
    )
  }
  const bracket: [number, number] = [smallest, largest]
  for (let i = bisections(range); i > 0; i--) {
    const sigma = Math.sqrt(bracket[0] * bracket[1])
    const middle = await at(sigma)
    if (middle !== undefined && middle.value <= tau) {
      bracket[0] = sigma
      rise = middle
    } else bracket[1] = sigma
  }
  return { bracket, rise }
}
