import { checkInteger, checkPositive } from './checks.ts'
import { tridiagonalEigen } from './dense-eigen.ts'
import { checkScale, type Escape, type EscapeOptions, lengthOfFall, openWalk, type Walk } from './escape.ts'
import { lanczos } from './lanczos.ts'
import { relativeErrorOf } from './linear-operator.ts'
import { whileCompiled } from './compiled-objective.ts'
import type { Objective } from './objective.ts'
import { freshDirection, randomVectors } from './random-vectors.ts'
import { LOSS_ROUNDING } from './rounding.ts'
import { addScaled, combination, dot, norm } from './vectors.ts'

export interface SaddleFreeNewtonOptions extends EscapeOptions {
  /** The most steps, a Krylov subspace each. Default 20. */
  readonly steps?: number
  /** m, the dimension of the Krylov subspace: m products a step. Default 20, at most the number of parameters. */
  readonly dimension?: number
  /** Added to every |λ|, as a part of the largest one. Default 10⁻³. */
  readonly damping?: number
  /** Of the subspaces that are looked at where the gradient gives none. Default 0. */
  readonly seed?: number
}

/**
 * Saddle-free Newton (Dauphin, Pascanu, Gulcehre, Cho, Ganguli and Bengio 2014, algorithm 1): Newton's step with |λ| for
 * every eigenvalue λ, so that a saddle repels where Newton's method is drawn to it,
 *
 *   d = −V (|T| + δ max|T|)⁻¹ Vᵀ g,   V an orthonormal basis of the Krylov subspace of H and g, T = Vᵀ H V,
 *
 * halved until L(θ + d) ≤ L(θ) + 10⁻⁴ gᵀd. Where the step promises no visible fall the point is critical. The paper is
 * silent about it: g has no direction then, and the subspace of a random vector is looked at. With a negative Ritz value μ
 * in it the point is a saddle, and a step along its Ritz vector, of the length t at which ½|μ|t² is a hundredth of
 * `minimumFall`, or more if float32 would not see that, gives the next g a direction; without, the descent is over.
 *
 * @throws RangeError (a rejection) when an option is out of range, a loss of 0 at the start gives no scale to leave a
 *   saddle by and `minimumFall` is not given, or the objective cannot be differentiated: see `checkObjective`
 *
 * @example
 * const toy = functionObjective([tf.scalar(0), tf.scalar(0)], ([w1, w2]) => tf.sub(1, w1.mul(w2)).square())
 * const { losses } = await saddleFreeNewton(toy) // from 1 at the saddle to 0
 */
export async function saddleFreeNewton(
  objective: Objective,
  options: SaddleFreeNewtonOptions = {},
): Promise<Escape> {
  const { steps = 20, dimension, damping = 1e-3, seed = 0, onProgress } = options
  checkInteger('steps', steps, 1)
  if (dimension !== undefined) checkInteger('dimension', dimension, 1)
  checkPositive('damping', damping)
  return whileCompiled(objective, async compiled => {
    const walk = openWalk(compiled, options)
    const { length: size } = walk.start
    const random = randomVectors(size, seed)
    const most = Math.min(size, dimension ?? 20)
    const losses: number[] = []
    let here = await walk.gradient(walk.start)
    let theta = walk.start

    for (;;) {
      losses.push(here.loss)
      walk.report(theta, losses)
      if (losses.length > steps) return walk.finish(theta, losses, 'all steps taken', seed)
      const { loss, gradient } = here
      let next: Float64Array | undefined
      const direction =
        norm(gradient) > 0
          ? await saddleFreeDirection(walk, theta, gradient, most, damping, options)
          : gradient
      if (-dot(gradient, direction) > LOSS_ROUNDING * Math.abs(loss)) {
        next = await shortened(walk, theta, loss, gradient, direction)
        if (next === undefined) return walk.finish(theta, losses, 'no descent', seed)
      } else {
        const way = await downwards(walk, theta, freshDirection(random, []), most, options)
        if (way === undefined) return walk.finish(theta, losses, 'no negative curvature', seed)
        next = theta.slice()
        const fall = visibleFall(walk.fallFrom(losses[0] ?? NaN), loss)
        addScaled(next, lengthOfFall(fall, way.curvature), way.direction)
      }
      here = await walk.gradient(next)
      if (!Number.isFinite(here.loss)) return walk.finish(theta, losses, 'diverged', seed)
      theta = next
      onProgress?.(losses.length, steps)
    }
  })
}

/** A hundredth of the fall for an escape, but enough that the next step from there promises a fall that float32 sees. */
function visibleFall(minimumFall: number, loss: number): number {
  checkScale(minimumFall)
  return Math.max(minimumFall / 100, 4 * LOSS_ROUNDING * Math.abs(loss))
}

/** −|H|⁻¹ g within the Krylov subspace of H and g. */
async function saddleFreeDirection(
  walk: Walk,
  theta: Float64Array,
  gradient: Float64Array,
  steps: number,
  damping: number,
  { signal }: EscapeOptions,
): Promise<Float64Array> {
  const { basis, diagonal, offDiagonal } = await walk.withHessian(theta, operator =>
    lanczos(operator, gradient, { steps, signal }),
  )
  const { values, vectors } = tridiagonalEigen(diagonal, offDiagonal)
  const largest = largestOf(values)
  // Without any curvature it is the negative gradient.
  const shift = largest > 0 ? damping * largest : 1
  const coefficients = new Float64Array(basis.length)
  vectors.forEach((y, j) => {
    // Vᵀ g = ‖g‖ e₁.
    const part = norm(gradient) * (y[0] ?? NaN)
    addScaled(coefficients, -part / (Math.abs(values[j] ?? NaN) + shift), y)
  })
  return combination(basis, coefficients, gradient.length)
}

/** The most negative Ritz value in a Krylov subspace and its vector, if it is negative beyond the error of the products. */
async function downwards(
  walk: Walk,
  theta: Float64Array,
  start: Float64Array,
  steps: number,
  { signal }: EscapeOptions,
): Promise<{ readonly curvature: number; readonly direction: Float64Array } | undefined> {
  return walk.withHessian(theta, async operator => {
    const { basis, diagonal, offDiagonal } = await lanczos(operator, start, { steps, signal })
    const { values, vectors } = tridiagonalEigen(diagonal, offDiagonal)
    const [curvature = NaN] = values
    if (!(curvature < -relativeErrorOf(operator) * largestOf(values))) return undefined
    const direction = combination(basis, vectors[0] ?? new Float64Array(), operator.size)
    return { curvature, direction }
  })
}

/** θ + d, with d halved until the loss falls enough; none when only a fall too small to be seen is left. */
async function shortened(
  walk: Walk,
  theta: Float64Array,
  loss: number,
  gradient: Float64Array,
  direction: Float64Array,
): Promise<Float64Array | undefined> {
  const slope = dot(gradient, direction)
  for (let t = 1; -t * slope > LOSS_ROUNDING * Math.abs(loss) && t > SHORTEST; t /= 2) {
    const end = theta.slice()
    addScaled(end, t, direction)
    const endLoss = await walk.loss(end)
    if (Number.isFinite(endLoss) && endLoss <= loss + SUFFICIENT * t * slope) return end
  }
  return undefined
}

function largestOf(values: Float64Array): number {
  return values.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
}

const SUFFICIENT = 1e-4

/** A part of a step below which float32 sees none of it. */
const SHORTEST = 2 ** -24
