import type { BatchOptions, LossAndGradient, Objective } from '@flatland/hessian'
import { checkInteger, checkPositive } from './checks.ts'
import { boxAscent, type BoxSearch } from './box-ascent.ts'
import { type HostLoss, openLoss } from './host-loss.ts'
import { signAscent } from './sign-ascent.ts'
import { type Subspace, wholeSpace } from './subspace.ts'

export interface KeskarSharpnessOptions extends BatchOptions {
  /** ε > 0: how far each coordinate may go, relative to its size + 1. Default 1e-3; the paper has 5e-4 too. */
  readonly epsilon?: number
  /** The p directions of A, e.g. `randomSubspace(size, 100, seed)` as in the paper. Default: the whole space, A = I. */
  readonly subspace?: Subspace
  /** Of L-BFGS-B, from each start. Default 10, as in the paper: that many do not converge. */
  readonly iterations?: number
  /** From how many points of the box L-BFGS-B starts: θ first, then points drawn uniformly. Default 1. */
  readonly starts?: number
  /** How many steps of sign ascent are tried beside it, see `signAscent`. Default 0: the metric as the paper has it. */
  readonly signSteps?: number
  /** Fixes the starts. Default 0. */
  readonly seed?: number
  /** Told after each iteration how many are done, of at most how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** What one search found. */
export interface SharpnessSearch {
  readonly method: 'L-BFGS-B' | 'sign ascent'
  /** φ of its best point. */
  readonly value: number
  readonly iterations: number
  readonly evaluations: number
  /** Whether it stopped since nothing was left to gain, rather than at its last iteration. */
  readonly converged: boolean
}

export interface KeskarSharpness {
  /** φ, the largest that was found: a lower bound of the true one. In percent of 1 + loss. */
  readonly value: number
  /** f(x), and f where it was found to be largest. */
  readonly loss: number
  readonly highest: number
  /** Whether the search that found it converged. */
  readonly converged: boolean
  /** The share of the p coordinates that are on the wall of the box there. */
  readonly wallShare: number
  /** Losses with gradients, in all. */
  readonly evaluations: number
  readonly epsilon: number
  /** p, and n. */
  readonly dimension: number
  readonly size: number
  readonly seed: number
  /** The searches, in the order in which they were made. */
  readonly searches: readonly SharpnessSearch[]
  /** y, where f(x + A y) is largest: p numbers. */
  readonly point: Float64Array
}

/**
 * Sharpness as Keskar, Mudigere, Nocedal, Smelyanskiy and Tang 2016 define it (metric 2.1):
 *
 *   φ = 100 (max_{y ∈ C} f(x + A y) − f(x)) / (1 + f(x)),
 *   C = { y ∈ Rᵖ : |yᵢ| ≤ ε (|(A⁺x)ᵢ| + 1) },
 *
 * with A = I (their table 3) or a random n × p matrix (table 4), maximised inexactly by 10 iterations of L-BFGS-B on the whole
 * objective. In the paper that is the whole training set, and batch normalisation takes the statistics of the batch: see
 * `overBatches`.
 *
 * The value is that of the best point that was found, so a lower bound, never below 0. At a point whose gradient vanishes L-BFGS-B
 * cannot leave: there it starts from a random point of the box too. φ is not invariant to a rescaling of the layers that
 * leaves the network's function alone (Dinh et al. 2017), since the box is not; see `invariances`.
 *
 * @param f an objective, at its parameters; or a function on the host, which may be in float64
 * @throws RangeError (a rejection) when an option is out of its range, the subspace is of another space, the loss is not finite at
 *   θ or not above −1, or two evaluations at θ differ, as those of a network in training mode do
 *
 * @example
 * // ½ Σ hᵢ xᵢ² at its minimum: the box's corners are highest, ½ ε² Σ hᵢ
 * const bowl = { start: Float64Array.of(0, 0), valueAndGradient: ([a, b]) => ({ loss: a * a + 2 * b * b, gradient: Float64Array.of(2 * a, 4 * b) }) }
 * const { value } = await keskarSharpness(bowl, { epsilon: 0.1 })
 * value // 3: 100 · 0.01 · (1 + 2)
 */
export async function keskarSharpness(
  f: Objective | HostLoss,
  options: KeskarSharpnessOptions = {},
): Promise<KeskarSharpness> {
  const { epsilon = 1e-3, iterations = 10, starts = 1, signSteps = 0, seed = 0, signal } = options
  checkPositive('epsilon', epsilon)
  checkInteger('iterations', iterations, 1)
  checkInteger('starts', starts, 1)
  checkInteger('signSteps', signSteps, 0)
  const loss = await openLoss(f, options)
  try {
    const { start: x } = loss
    const space = options.subspace ?? wholeSpace(x.length)
    if (space.size !== x.length)
      throw new RangeError(`the subspace is one of ${space.size} numbers; θ has ${x.length}`)
    const here = await loss.valueAndGradient(x)
    checkLoss(here.loss)
    const widths = space.coordinates(x).map(value => epsilon * (Math.abs(value) + 1))
    const along = alongSpace(loss, space, here)
    const total = (starts + 1) * iterations + signSteps
    let done = 0
    const task = { along, widths, seed, signal, onIteration: () => options.onProgress?.(++done, total) }
    const searches = await boxAscent(task, { iterations, starts })
    if (signSteps > 0) searches.push(await signAscent(task, signSteps))
    options.onProgress?.(total, total)
    return summary(searches, here.loss, { epsilon, seed, size: x.length, widths })
  } finally {
    loss.dispose()
  }
}

/** f(x + A y) as a function of y, with its gradient Aᵀ∇f; what is known of y = 0 is not computed again. */
function alongSpace({ start: x, valueAndGradient }: HostLoss, space: Subspace, here: LossAndGradient) {
  const atZero = { loss: here.loss, gradient: space.project(here.gradient) }
  return async (y: Float64Array): Promise<LossAndGradient> => {
    if (y.every(value => value === 0)) return atZero
    const { loss, gradient } = await valueAndGradient(sum(x, space.expand(y)))
    return { loss, gradient: space.project(gradient) }
  }
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  const c = new Float64Array(a.length)
  for (let i = 0; i < c.length; i++) c[i] = (a[i] ?? 0) + (b[i] ?? 0)
  return c
}

function checkLoss(loss: number): void {
  if (!Number.isFinite(loss))
    throw new RangeError(`The loss is ${loss} at θ: it has no sharpness; training may have diverged`)
  if (loss > -1) return
  throw new RangeError(
    `The loss is ${loss} at θ; the metric divides by 1 + loss, which has to be positive: add a constant to the loss`,
  )
}

function summary(
  searches: readonly BoxSearch[],
  loss: number,
  about: { epsilon: number; seed: number; size: number; widths: Float64Array },
): KeskarSharpness {
  const { widths, ...rest } = about
  const best = searches.reduce((a, b) => (b.highest > a.highest ? b : a))
  const percent = (highest: number): number => (100 * (highest - loss)) / (1 + loss)
  let walls = 0
  for (let i = 0; i < widths.length; i++)
    if (Math.abs(best.point[i] ?? 0) >= (1 - 1e-9) * (widths[i] ?? 0)) walls++
  return Object.freeze({
    value: percent(best.highest),
    loss,
    highest: best.highest,
    converged: best.converged,
    wallShare: walls / widths.length,
    evaluations: searches.reduce((total, { evaluations }) => total + evaluations, 0),
    ...rest,
    dimension: widths.length,
    searches: Object.freeze(
      searches.map(({ method, highest, iterations, evaluations, converged }) =>
        Object.freeze({ method, value: percent(highest), iterations, evaluations, converged }),
      ),
    ),
    point: best.point,
  })
}
