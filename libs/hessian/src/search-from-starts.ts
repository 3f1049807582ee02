import { checkObjective } from './check-objective.ts'
import { checkInteger, checkPositive, checkVector } from './checks.ts'
import { classifyCriticalPoint, type MeasuredEigenvalue } from './classify-critical-point.ts'
import { batchOptions } from './escape.ts'
import { explicitMatrix } from './explicit-matrix.ts'
import type { CriticalPointFound, FindCriticalPointsOptions } from './find-critical-points.ts'
import { gradientAt } from './gradient-at.ts'
import {
  type DescentPoint,
  type DescentWalk,
  gradientNormDescent,
  type GradientNormDescent,
} from './gradient-norm-descent.ts'
import { gradientNormNewton } from './gradient-norm-newton.ts'
import { withHessianAt } from './hessian-at.ts'
import { lanczosEigenpairs } from './lanczos-eigenpairs.ts'
import type { LinearOperator } from './linear-operator.ts'
import type { Objective } from './objective.ts'
import { parameterValues } from './parameter-tensors.ts'
import { randomVectors } from './random-vectors.ts'
import { symmetricEigen } from './symmetric-eigen.ts'
import { addScaled, norm } from './vectors.ts'

/** A search that has looked at all its starts, and goes down from one after another, in any order. */
export interface CriticalPointSearchFromStarts {
  readonly starts: number
  readonly gradientScale: number
  readonly from: (start: number) => Promise<CriticalPointFound>
}

/**
 * Draws the starts and takes the gradient scale from all of them: the same in every process that does it with the same
 * backend and threads.
 *
 * @throws RangeError (a rejection) as `findCriticalPoints` does
 */
export async function searchFromStarts(
  objective: Objective,
  options: FindCriticalPointsOptions,
): Promise<CriticalPointSearchFromStarts> {
  const { tolerance = 1e-5, method = 'newton', dimension = 50, steps = 100 } = options
  checkSearch(options)
  checkObjective(objective, batchOptions(options))
  const starts = startsOf(objective, options)
  const searches = starts.map(() => openSearch(objective, options))
  const first: DescentPoint[] = []
  for (const [i, { look }] of searches.entries()) first.push(await look(starts[i] ?? new Float64Array()))
  checkStarts(first)
  const meanSquare = first.reduce((sum, { gradientNorm }) => sum + gradientNorm ** 2, 0) / first.length
  const gradientScale = options.gradientScale ?? Math.sqrt(meanSquare)
  return {
    starts: starts.length,
    gradientScale,
    from: async start => {
      const [search, here] = [searches[start], first[start]]
      if (search === undefined || here === undefined) {
        throw new RangeError(`start ${start} is none of the ${starts.length}`)
      }
      const step = method === 'newton' ? gradientNormNewton(dimension) : gradientNormDescent
      const end = await descend(search, here, step, tolerance * gradientScale, steps)
      return described(search, start, end, gradientScale, options)
    },
  }
}

/** What can be said of options before there is an objective. */
export function checkSearch(options: FindCriticalPointsOptions): void {
  const { starts = 10, spread = 1, steps = 100, dimension = 50, tolerance = 1e-5 } = options
  const { gradientScale = 1, fullSpectrumUpTo = 500, batchSize = 1, seed = 0, method = 'newton' } = options
  checkInteger('the number of starts', typeof starts === 'number' ? starts : starts.length, 1)
  checkPositive('spread', spread)
  checkInteger('steps', steps, 0)
  checkInteger('dimension', dimension, 1)
  checkPositive('tolerance', tolerance)
  checkPositive('gradientScale', gradientScale)
  checkInteger('fullSpectrumUpTo', fullSpectrumUpTo, 1)
  checkInteger('batchSize', batchSize, 1)
  checkInteger('seed', seed, 0, 2 ** 32 - 1)
  if (!METHODS.includes(method)) {
    throw new RangeError(`method is ${method}; it must be ${METHODS.join(' or ')}`)
  }
}

/** As text: a caller without types may give any. */
const METHODS: readonly string[] = ['newton', 'gradient norm descent']

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
    withHessian: (theta, work) => withHessianAt(objective, theta, batches, spent, work),
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
