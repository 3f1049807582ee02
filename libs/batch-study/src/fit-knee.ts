import { levenbergMarquardt } from 'ml-levenberg-marquardt'
import { inverse, Matrix } from 'ml-matrix'
import type { Compared } from './compare-update-times.ts'

/** t(B) = fixed + perExample · B, fitted to measured times of an update. Times in the unit of the points. */
export interface Knee {
  /** What every update costs, whatever its batch. */
  readonly fixed: number
  /** What each example adds. */
  readonly perExample: number
  /** Where the two are equal, B* = fixed / perExample: below it the time is nearly flat, above nearly proportional. */
  readonly knee: number
  /**
   * B* divided and multiplied by exp(2 · its standard error on the logarithmic scale). It takes the straight line
   * for true; `residual` says how far that is off.
   */
  readonly interval: readonly [number, number]
  /** Root mean square of log(measured / fitted): 0.1 means that the line misses by about 10 %. */
  readonly residual: number
  readonly time: (batchSize: number) => number
}

/**
 * Locates the knee of the time per update.
 *
 * Least squares on log t, since times spread over decades and their noise is relative; the parameters are
 * log fixed and log perExample, so both stay positive. The standard error is the usual one of least squares,
 * s²(JᵀJ)⁻¹, carried over to log B* = log fixed − log perExample.
 *
 * @param points batch sizes and times, at least three with different sizes, all positive
 * @throws RangeError when there are fewer, or a value is not positive and finite
 *
 * @example
 * fitKnee([1, 10, 100, 1000].map(batchSize => ({ batchSize, time: 2 + 0.1 * batchSize }))).knee // 20
 */
export function fitKnee(points: readonly { readonly batchSize: number; readonly time: number }[]): Knee {
  check(points)
  const x = points.map(point => point.batchSize)
  const y = points.map(point => Math.log(point.time))
  const smallest = points.reduce((a, b) => (b.batchSize < a.batchSize ? b : a))
  const largest = points.reduce((a, b) => (b.batchSize > a.batchSize ? b : a))
  const { parameterValues } = levenbergMarquardt({ x, y }, logTime, {
    initialValues: [Math.log(smallest.time), Math.log(largest.time / largest.batchSize)],
    maxIterations: 200,
    errorTolerance: 1e-12,
  })
  const [logFixed, logPerExample] = parameterValues as [number, number]
  const fixed = Math.exp(logFixed)
  const perExample = Math.exp(logPerExample)
  const squares = points.map((_, i) => ((y[i] ?? 0) - logTime(parameterValues)(x[i] ?? 0)) ** 2)
  const sum = squares.reduce((a, b) => a + b, 0)
  const spread = Math.exp(2 * standardError(x, fixed, perExample, sum / Math.max(1, x.length - 2)))
  const knee = fixed / perExample
  return Object.freeze({
    fixed,
    perExample,
    knee,
    interval: [knee / spread, knee * spread] as const,
    residual: Math.sqrt(sum / points.length),
    time: (batchSize: number) => fixed + perExample * batchSize,
  })
}

/**
 * How many times as far right one knee lies as another of an independent fit. The interval is two standard errors of
 * the difference on the logarithmic scale, the root of the sum of both squares; see `Knee.interval`.
 *
 * @example
 * kneeRatio(fitKnee(eager), fitKnee(compiled)).value // 4: without its overhead the knee lies at a quarter
 */
export function kneeRatio(of: Knee, to: Knee): Compared {
  const value = of.knee / to.knee
  const errors = [of, to].map(({ interval, knee }) => Math.log(interval[1] / knee))
  const spread = Math.exp(Math.hypot(...errors))
  return { value, lower: value / spread, upper: value * spread }
}

function logTime(parameters: readonly number[]): (batchSize: number) => number {
  const [logFixed = 0, logPerExample = 0] = parameters
  return batchSize => Math.log(Math.exp(logFixed) + Math.exp(logPerExample) * batchSize)
}

/** Of log fixed − log perExample; the rows of J are the shares of the two costs in t(B). */
function standardError(x: readonly number[], fixed: number, perExample: number, variance: number): number {
  const jacobian = new Matrix(
    x.map(batchSize => {
      const share = fixed / (fixed + perExample * batchSize)
      return [share, 1 - share]
    }),
  )
  const covariance = inverse(jacobian.transpose().mmul(jacobian)).mul(variance)
  const difference = new Matrix([[1, -1]])
  return Math.sqrt(difference.mmul(covariance).mmul(difference.transpose()).get(0, 0))
}

function check(points: readonly { readonly batchSize: number; readonly time: number }[]): void {
  for (const { batchSize, time } of points) {
    if (!(batchSize > 0 && Number.isFinite(batchSize) && time > 0 && Number.isFinite(time))) {
      throw new RangeError(
        `fitKnee: batch size ${batchSize} with time ${time}; both must be positive and finite`,
      )
    }
  }
  const sizes = new Set(points.map(point => point.batchSize)).size
  if (sizes < 3)
    throw new RangeError(`fitKnee: ${sizes} different batch sizes; a line and its error need at least 3`)
}
