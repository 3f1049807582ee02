import { checkObjective } from './check-objective.ts'
import { checkInteger, checkPositive, checkVector } from './checks.ts'
import {
  classifyCriticalPoint,
  type CriticalPoint,
  type MeasuredEigenvalue,
} from './classify-critical-point.ts'
import { batchOptions } from './escape.ts'
import { atPoint } from './evaluate.ts'
import { explicitMatrix } from './explicit-matrix.ts'
import { gradientAt } from './gradient-at.ts'
import {
  type DescentPoint,
  type DescentWalk,
  gradientNormDescent,
  type GradientNormDescent,
} from './gradient-norm-descent.ts'
import { gradientNormNewton } from './gradient-norm-newton.ts'
import { hessian } from './hessian-operator.ts'
import { lanczosEigenpairs } from './lanczos-eigenpairs.ts'
import type { LinearOperator } from './linear-operator.ts'
import type { Objective } from './objective.ts'
import { parameterValues } from './parameter-tensors.ts'
import { randomVectors } from './random-vectors.ts'
import { symmetricEigen } from './symmetric-eigen.ts'
import { addScaled, norm } from './vectors.ts'
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
  /** The most steps from each start. Default 100. */
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
 * after another in this process.
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
  const { tolerance = 1e-5, seed = 0, method = 'newton', dimension = 50, onProgress } = options
  checkOptions(options)
  checkObjective(objective, batchOptions(options))
  const starts = startsOf(objective, options)
  const searches = starts.map(theta => ({ ...openSearch(objective, options), theta }))
  const first: DescentPoint[] = []
  for (const { look, theta } of searches) first.push(await look(theta))
  checkStarts(first)
  const meanSquare = first.reduce((sum, { gradientNorm }) => sum + gradientNorm ** 2, 0) / first.length
  const gradientScale = options.gradientScale ?? Math.sqrt(meanSquare)

  const points: CriticalPointFound[] = []
  for (const [start, search] of searches.entries()) {
    const here = first[start]
    if (here === undefined) continue
    const step = method === 'newton' ? gradientNormNewton(dimension) : gradientNormDescent
    const end = await descend(search, here, step, tolerance * gradientScale, options.steps ?? 100)
    points.push(await described(search, start, end, gradientScale, options))
    onProgress?.(points.length, searches.length)
  }
  return Object.freeze({ points: Object.freeze(points), gradientScale, tolerance, seed })
}

function checkOptions(options: FindCriticalPointsOptions): void {
  const { starts = 10, spread = 1, steps = 100, dimension = 50, tolerance = 1e-5 } = options
  const { gradientScale = 1, fullSpectrumUpTo = 500 } = options
  checkInteger('the number of starts', typeof starts === 'number' ? starts : starts.length, 1)
  checkPositive('spread', spread)
  checkInteger('steps', steps, 1)
  checkInteger('dimension', dimension, 1)
  checkPositive('tolerance', tolerance)
  checkPositive('gradientScale', gradientScale)
  checkInteger('fullSpectrumUpTo', fullSpectrumUpTo, 1)
}

function startsOf(
  objective: Objective,
  { starts = 10, spread = 1, seed = 0 }: FindCriticalPointsOptions,
): Float64Array[] {
  const centre = parameterValues(objective.parameters)
  const random = randomVectors(centre.length, seed)
  if (typeof starts === 'number') {
    return Array.from({ length: starts }, () => {
      const theta = centre.slice()
      addScaled(theta, spread, random.normal())
      return theta
    })
  }
  return starts.map((theta, i) => {
    checkVector(`start ${i}`, theta, centre.length)
    return theta.slice()
  })
}

function checkStarts(points: readonly DescentPoint[]): void {
  const bad = points.findIndex(({ gradientNorm }) => !Number.isFinite(gradientNorm))
  if (bad < 0) return
  throw new RangeError(
    `the loss or its gradient at start ${bad} is not finite: choose other starts, or less spread`,
  )
}

interface Search extends DescentWalk {
  readonly spent: { products: number; gradients: number }
}

function openSearch(objective: Objective, options: FindCriticalPointsOptions): Search {
  const batches = batchOptions(options)
  const spent = { products: 0, gradients: 0 }
  return {
    spent,
    signal: options.signal,
    look: async theta => {
      spent.gradients++
      const { loss, gradient } = await gradientAt(objective, theta, batches)
      return { theta, loss, gradient, gradientNorm: norm(gradient) }
    },
    withHessian: (theta, work) =>
      atPoint(objective, theta, there => {
        const operator = hessian(there, batches)
        const apply = (v: Float64Array): Float64Array | Promise<Float64Array> => {
          spent.products++
          return operator.apply(v)
        }
        return work({ ...operator, apply })
      }),
  }
}

interface End {
  readonly here: DescentPoint
  readonly steps: number
  readonly ended: CriticalPointFound['ended']
}

async function descend(
  search: Search,
  start: DescentPoint,
  step: GradientNormDescent,
  aim: number,
  most: number,
): Promise<End> {
  let here = start
  for (let steps = 0; ; steps++) {
    const reached = here.gradientNorm <= aim
    if (here.gradientNorm === 0) return { here, steps, ended: 'converged' }
    if (steps === most) return { here, steps, ended: reached ? 'converged' : 'steps exhausted' }
    const next = await step(search, here)
    if (next === undefined) return { here, steps, ended: reached ? 'converged' : 'stalled' }
    const slow = next.gradientNorm > here.gradientNorm / 2
    here = next
    if (reached && slow) return { here, steps: steps + 1, ended: 'converged' }
  }
}

async function described(
  search: Search,
  start: number,
  { here, steps, ended }: End,
  gradientScale: number,
  { tolerance = 1e-5, fullSpectrumUpTo = 500, seed = 0 }: FindCriticalPointsOptions,
): Promise<CriticalPointFound> {
  const { theta, loss, gradientNorm } = here
  const size = theta.length
  const full = size <= fullSpectrumUpTo
  const eigenvalues = await search.withHessian(theta, operator =>
    full ? allEigenvalues(operator, search.signal) : outerEigenvalues(operator, search.signal, seed),
  )
  const gradientTolerance = tolerance * gradientScale
  const point = classifyCriticalPoint({
    gradientNorm,
    gradientTolerance,
    size,
    eigenvalues,
    known: full ? 'all' : 'both ends',
  })
  const { positive, negative } = point.signs
  return Object.freeze({
    start,
    parameters: theta,
    loss,
    gradientNorm,
    relativeGradientNorm: gradientNorm === 0 ? 0 : gradientNorm / gradientScale,
    ended,
    eigenvalues: Object.freeze(eigenvalues),
    index: Object.freeze({ least: negative / size, most: (size - positive) / size }),
    point,
    steps,
    ...search.spent,
  })
}

async function allEigenvalues(
  operator: LinearOperator,
  signal: AbortSignal | undefined,
): Promise<MeasuredEigenvalue[]> {
  const { pairs } = symmetricEigen(await explicitMatrix(operator, { maxSize: operator.size, signal }))
  return pairs.map(withoutVector)
}

async function outerEigenvalues(
  operator: LinearOperator,
  signal: AbortSignal | undefined,
  seed: number,
): Promise<MeasuredEigenvalue[]> {
  const k = Math.min(5, Math.floor(operator.size / 2))
  const { pairs } = await lanczosEigenpairs(operator, { k, which: 'both ends', seed, signal })
  return pairs.map(withoutVector)
}

function withoutVector({ value, errorBound, converged }: MeasuredEigenvalue): MeasuredEigenvalue {
  return Object.freeze({ value, errorBound, converged })
}
