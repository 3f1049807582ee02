import {
  type ExplicitMatrix,
  explicitMatrix,
  hessian,
  lanczosEigenpairs,
  type Objective,
  xtrace,
} from '@flatland/hessian'
import { checkInteger } from './checks.ts'
import { batchOptions, checkSeed, type MeasureOptions } from './evaluations.ts'

export interface HessianSharpnessOptions extends Omit<MeasureOptions, 'onProgress'> {
  /**
   * Random vectors for the trace, two products each, at least 2. Of half of θ's size or more the trace is taken exactly,
   * for less. Memory: four times so many vectors of θ's size. Default 20.
   */
  readonly probes?: number
  /** Of the random vectors. Default 0. */
  readonly seed?: number
  /** Told after each product with the Hessian how many are done, and how many there will be at most. Default: nobody. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** The curvature at θ in two numbers. */
export interface HessianSharpness {
  /** λmax, the largest eigenvalue as far as Lanczos found it. */
  readonly largestEigenvalue: number
  /** The Hessian has an eigenvalue within it of `largestEigenvalue`: from the residual, and the rounding of a product. */
  readonly errorBound: number
  /** Whether the residual is small enough, 10⁻⁴ of the Hessian's norm. */
  readonly converged: boolean
  /** tr H. */
  readonly trace: number
  /** Of the trace: 0 where it is exact but for float32. */
  readonly traceStandardError: number
  /** Products with the Hessian. */
  readonly products: number
  readonly seed: number
}

/**
 * The largest eigenvalue and the trace of the Hessian H = ∂²L/∂θ² over the whole data: at a minimum twice the rise of the
 * loss in the worst direction, and on average, over the squared length of the step (`samSharpness`, `averageSharpness`).
 *
 * λmax comes from `lanczosEigenpairs` of @flatland/hessian, the trace from `xtrace`, of a small network from the diagonal. They
 * depend on how the network is parametrised: see `invariances`.
 *
 * @throws RangeError (a rejection) when `probes` or `seed` is no such integer, or the objective cannot be differentiated
 *   twice: see `hessian`
 *
 * @example
 * const bowl = functionObjective([tf.scalar(0), tf.scalar(0)], ([x, y]) => x.square().add(y.square().mul(9)).div(2))
 * const { largestEigenvalue, trace } = await hessianSharpness(bowl)
 * largestEigenvalue // 9
 * trace // 10
 */
export async function hessianSharpness(
  objective: Objective,
  options: HessianSharpnessOptions = {},
): Promise<HessianSharpness> {
  const { probes = 20, seed = 0, signal, onProgress } = options
  checkInteger('probes', probes, 2)
  checkSeed(seed)
  const operator = hessian(objective, batchOptions(options))
  const { size } = operator
  const ofTrace = Math.min(2 * probes, size)
  const ofLargest = Math.min(size, MAX_ITERATIONS) + 1

  const largest = await lanczosEigenpairs(operator, {
    seed,
    signal,
    maxIterations: ofLargest - 1,
    onProgress: done => onProgress?.(done, ofLargest + ofTrace),
  })
  const told = (done: number): void => onProgress?.(largest.products + done, largest.products + ofTrace)
  const work = { signal, onProgress: told }
  const trace =
    2 * probes < size
      ? await xtrace(operator, { probes, seed, ...work })
      : diagonalSum(await explicitMatrix(operator, { maxSize: size, ...work }))
  const [pair] = largest.pairs
  return Object.freeze({
    largestEigenvalue: pair?.value ?? NaN,
    errorBound: pair?.errorBound ?? NaN,
    converged: largest.converged,
    trace: trace.value,
    traceStandardError: trace.standardError,
    products: largest.products + ofTrace,
    seed,
  })
}

/** Memory: so many vectors of θ's size. */
const MAX_ITERATIONS = 102

function diagonalSum({ rows }: ExplicitMatrix): { value: number; standardError: number } {
  return { value: rows.reduce((sum, row, i) => sum + (row[i] ?? NaN), 0), standardError: 0 }
}
