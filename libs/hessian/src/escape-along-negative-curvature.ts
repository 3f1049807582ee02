import { checkInteger, checkPositive } from './checks.ts'
import type { Eigenpair, Eigenpairs } from './eigenpairs.ts'
import { type Escape, type EscapeOptions, lengthOfFall, openWalk, type Walk } from './escape.ts'
import { lanczosEigenpairs } from './lanczos-eigenpairs.ts'
import { whileCompiled } from './compiled-objective.ts'
import type { Objective } from './objective.ts'
import { LOSS_ROUNDING } from './rounding.ts'
import { addScaled, dot } from './vectors.ts'

export interface NegativeCurvatureOptions extends EscapeOptions {
  /** The most steps, an eigenvector and a line search each. Default 1. */
  readonly steps?: number
  /**
   * The length t that a line search tries first, in units of θ. Default √(2 · minimumFall / |λ|): the quadratic model there
   * promises just an escape.
   */
  readonly firstLength?: number
  /** Of the eigenvector: its residual relative to ‖H‖. Default 10⁻⁴. */
  readonly tolerance?: number
  /** Of Lanczos' start vectors. Default 0. */
  readonly seed?: number
}

/** One step u = ± t v along an eigenvector v. */
export interface NegativeCurvatureMove {
  /** λ, the most negative eigenvalue that was found, as the Rayleigh quotient vᵀHv. */
  readonly eigenvalue: number
  /** Within which H has an eigenvalue of `eigenvalue`. */
  readonly errorBound: number
  /** ‖u‖ = t. */
  readonly length: number
  /** gᵀu + ½λ‖u‖²: at a critical point, where g = 0, it is ½λ‖u‖². */
  readonly predictedChange: number
  /** L(θ + u) − L(θ). */
  readonly measuredChange: number
}

export interface NegativeCurvatureEscape extends Escape {
  /** Each step, what the quadratic model said of it, and what it brought. */
  readonly moves: readonly NegativeCurvatureMove[]
}

/**
 * Leaves a saddle along the eigenvector v of the Hessian's most negative eigenvalue λ, found by Lanczos: along it the
 * quadratic model falls by ½λt², to both sides. The line search (McCormick 1977; Goldfarb 1980; Moré and Sorensen 1979)
 * tries both signs, halves the length t until
 *
 *   L(θ ± t v) ≤ L(θ) + 0.1 · ½λt²,
 *
 * and doubles the first length as long as that holds and the loss still falls; the lower of the two ends is taken. A
 * first length too short for ½λt² to be seen in float32 is doubled until it can be. It ends where vᵀHv is not negative
 * beyond the error of the products.
 *
 * @throws RangeError (a rejection) when an option is out of range, the loss at the start is 0 and neither
 *   `firstLength` nor `minimumFall` is given, or the objective cannot be differentiated: see `checkObjective`
 *
 * @example
 * const toy = functionObjective([tf.scalar(0), tf.scalar(0)], ([w1, w2]) => tf.sub(1, w1.mul(w2)).square())
 * const { losses, moves } = await escapeAlongNegativeCurvature(toy)
 * // losses: 1, 0.0784; moves[0]: eigenvalue −2, length 1.6, predictedChange −2.56, measuredChange −0.9216
 */
export async function escapeAlongNegativeCurvature(
  objective: Objective,
  options: NegativeCurvatureOptions = {},
): Promise<NegativeCurvatureEscape> {
  const { steps = 1, firstLength, tolerance = 1e-4, seed = 0, signal, onProgress } = options
  checkInteger('steps', steps, 1)
  if (firstLength !== undefined) checkPositive('firstLength', firstLength)
  return whileCompiled(objective, async compiled => {
    const walk = openWalk(compiled, options)
    const moves: NegativeCurvatureMove[] = []
    let theta = walk.start
    let { loss, gradient } = await walk.gradient(theta)
    const losses = [loss]
    walk.report(theta, losses)
    const finish = (ended: Escape['ended']): NegativeCurvatureEscape =>
      Object.freeze({ ...walk.finish(theta, losses, ended, seed), moves: Object.freeze(moves) })

    while (moves.length < steps) {
      if (moves.length > 0) ({ loss, gradient } = await walk.gradient(theta))
      const found = await walk.withHessian(theta, operator =>
        lanczosEigenpairs(operator, { which: 'smallest', tolerance, seed, signal }),
      )
      const pair = negativeOf(found)
      if (pair === undefined) return finish('no negative curvature')
      const line = { walk, theta, loss, slope: dot(gradient, pair.vector), pair }
      const length = firstLength ?? lengthOfFall(walk.fallFrom(losses[0] ?? NaN), pair.value)
      const best = await lowerOfBothSigns(line, length)
      if (best === undefined) return finish('no descent')
      theta = best.theta
      losses.push(best.loss)
      moves.push(best.move)
      walk.report(theta, losses)
      onProgress?.(moves.length, steps)
    }
    return finish('all steps taken')
  })
}

/** Its vector is a direction of negative curvature even where it is no eigenvector yet: only a product's error counts. */
function negativeOf({ pairs }: Eigenpairs): Eigenpair | undefined {
  return pairs.find(({ value, errorBound, residualNorm }) => value < residualNorm - errorBound)
}

/** The line through θ along an eigenvector. */
interface Line {
  readonly walk: Walk
  readonly theta: Float64Array
  readonly loss: number
  readonly slope: number
  readonly pair: Eigenpair
}

interface End {
  readonly theta: Float64Array
  readonly loss: number
  readonly move: NegativeCurvatureMove
}

async function lowerOfBothSigns(line: Line, firstLength: number): Promise<End | undefined> {
  const one = await search(line, 1, firstLength)
  const other = await search(line, -1, firstLength)
  return other !== undefined && !(one !== undefined && one.loss <= other.loss) ? other : one
}

/** Halves or doubles the length; none when the loss falls too little at every length whose fall could be seen. */
async function search(line: Line, sign: number, firstLength: number): Promise<End | undefined> {
  const visible = (length: number): boolean =>
    (-line.pair.value / 2) * length ** 2 > LOSS_ROUNDING * Math.abs(line.loss)
  let first = firstLength
  while (!visible(first) && first < LARGEST_CHANGE * firstLength) first *= 2
  let best: End | undefined
  for (let length = first; best === undefined; length /= 2) {
    if (!visible(length) || length < first / LARGEST_CHANGE) return undefined
    best = await endAt(line, sign, length)
  }
  if (best.move.length < first) return best
  for (let length = 2 * first; length < LARGEST_CHANGE * first; length *= 2) {
    const further = await endAt(line, sign, length)
    if (further === undefined || further.loss >= best.loss) break
    best = further
  }
  return best
}

/** Where a step leads, if the loss falls enough. */
async function endAt(
  { walk, theta, loss, slope, pair }: Line,
  sign: number,
  length: number,
): Promise<End | undefined> {
  const end = theta.slice()
  addScaled(end, sign * length, pair.vector)
  const endLoss = await walk.loss(end)
  const curved = (pair.value * length ** 2) / 2
  // Written so that NaN and −∞ fall through.
  if (!(Number.isFinite(endLoss) && endLoss <= loss + SUFFICIENT * curved)) return undefined
  const move = Object.freeze({
    eigenvalue: pair.value,
    errorBound: pair.errorBound,
    length,
    predictedChange: sign * length * slope + curved,
    measuredChange: endLoss - loss,
  })
  return { theta: end, loss: endLoss, move }
}

const SUFFICIENT = 0.1

/** A line search ends at a length that is this much longer or shorter than the first. */
const LARGEST_CHANGE = 2 ** 20
