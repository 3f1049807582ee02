import { jackknife } from './estimate.ts'
import type { ModelAlong } from './quadratic-model.ts'

/** How the error of a quadratic model grows with the step. */
export interface ErrorGrowth {
  /**
   * For each step t that counts, the root of the mean over the directions of (m − L)², with 0 for an m − L that
   * rounding explains. A step counts where at most half of the directions are so.
   */
  readonly errors: readonly { readonly step: number; readonly error: number }[]
  /** p of error ∝ tᵖ: the slope of log error against log t by least squares. */
  readonly exponent: number
  /** Of the exponent, over the directions (jackknife). It does not hold what a bend in the curve adds. */
  readonly standardError: number
}

/**
 * The order of a quadratic model's error, from the steps that `along` tried in several directions. Of a loss with a
 * third derivative the error is ∝ t³, or smaller; with kinks, as ReLU has, it is larger.
 *
 * @param lines at least 3, with the same steps
 * @throws RangeError when there are fewer, the steps differ, one is so long that an error is not finite, or fewer than
 *   2 steps count: the others are so short that rounding explains most errors
 *
 * @example
 * const toy = functionObjective([tf.scalar(1), tf.scalar(1)], ([w1, w2]) => tf.sub(1, w1.mul(w2)).square())
 * const model = await quadraticModel(toy)
 * const directions = [Float64Array.of(1, 1), Float64Array.of(1, 0.5), Float64Array.of(0.5, 1)]
 * const lines = []
 * for (const direction of directions) lines.push(await model.along(direction, { longest: 0.1, steps: 3 }))
 * modelErrorGrowth(lines).exponent // 3.01: (w₁w₂)² has a fourth order too
 */
export function modelErrorGrowth(lines: readonly ModelAlong[]): ErrorGrowth {
  const steps = check(lines)
  const errors = rootMeanSquares(lines, steps)
  const logSteps = steps.map(({ step }) => Math.log(step))
  const withoutOne = lines.map((_, i) =>
    slope(
      logSteps,
      logErrors(
        lines.filter((_, j) => j !== i),
        steps,
      ),
    ),
  )
  return Object.freeze({
    errors: Object.freeze(steps.map(({ step }, i) => Object.freeze({ step, error: errors[i] ?? NaN }))),
    exponent: slope(logSteps, errors.map(Math.log)),
    standardError: jackknife(withoutOne),
  })
}

/** A step, and its place among those that were tried. */
interface Step {
  readonly step: number
  readonly place: number
}

/** The steps that count. */
function check(lines: readonly ModelAlong[]): Step[] {
  if (lines.length < 3) throw new RangeError(`${lines.length} directions are given; take at least 3`)
  const [first = [], ...others] = lines.map(line => line.steps.map(({ step }) => step))
  if (others.some(steps => steps.join() !== first.join())) {
    throw new RangeError('the directions have different steps; give `along` the same `longest` and `steps`')
  }
  first.forEach((step, i) => {
    const bad = lines.map(line => line.steps[i]?.error ?? NaN).find(error => !Number.isFinite(error))
    if (bad === undefined) return
    throw new RangeError(`at step ${step} an error is ${bad}, as the loss or its model; take shorter steps`)
  })
  const isAbove = (place: number): boolean =>
    lines.filter(line => countedError(line, place) > 0).length >= Math.max(2, lines.length / 2)
  const steps = first.map((step, place) => ({ step, place })).filter(({ place }) => isAbove(place))
  if (steps.length >= 2) return steps
  throw new RangeError(
    `the directions have ${steps.length} of ${first.length} steps at which most errors are above rounding; take ` +
      'more or longer steps, at least 2',
  )
}

function rootMeanSquares(lines: readonly ModelAlong[], steps: readonly Step[]): number[] {
  return steps.map(({ place }) => {
    const squares = lines.map(line => countedError(line, place) ** 2)
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / lines.length)
  })
}

/** |m − L| at a step, 0 where rounding alone explains it: a slope through rounding would be no order of an error. */
function countedError({ steps }: ModelAlong, i: number): number {
  const { error, relativeError } = steps[i] ?? { error: NaN, relativeError: NaN }
  return relativeError === 0 ? 0 : Math.abs(error)
}

function logErrors(lines: readonly ModelAlong[], steps: readonly Step[]): number[] {
  return rootMeanSquares(lines, steps).map(Math.log)
}

function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
  const [meanX, meanY] = [mean(x), mean(y)]
  const products = x.map((value, i) => (value - meanX) * ((y[i] ?? NaN) - meanY))
  const squares = x.map(value => (value - meanX) ** 2)
  return mean(products) / mean(squares)
}
