import { checkInteger, checkPositive } from './checks.ts'
import { type Escape, openWalk } from './escape.ts'
import { descend, type GradientDescentOptions } from './gradient-descent.ts'
import type { Objective } from './objective.ts'
import { parameterSize } from './parameter-tensors.ts'
import { randomVectors } from './random-vectors.ts'
import { norm, scaled } from './vectors.ts'

export interface PerturbedGradientDescentOptions extends GradientDescentOptions {
  /** θ is perturbed where ‖∇L‖ is at most this. Default 10⁻³. */
  readonly gradientThreshold?: number
  /** r, the radius of the ball of perturbations, in units of θ. Default 0.01. */
  readonly radius?: number
  /** Steps between two perturbations, at least. Default 10. */
  readonly wait?: number
  /** Default 0. */
  readonly seed?: number
}

/**
 * Gradient descent that leaves saddles by chance (Jin, Ge, Netrapalli, Kakade and Jordan 2017, How to Escape Saddle
 * Points Efficiently, algorithm 2): where the gradient is small, and the last perturbation at least `wait` steps ago,
 *
 *   θ ← θ + ξ,  ξ uniform in the ball of radius r;   otherwise   θ ← θ − η ∇L(θ).
 *
 * A perturbation counts as a step. Unlike there, all steps are taken: that a perturbation did not help does not end it,
 * and at a minimum it goes on being perturbed and coming back. No Hessian is needed.
 *
 * @throws RangeError (a rejection) when an option is out of range or the objective cannot be differentiated: see
 *   `checkObjective`
 *
 * @example
 * const toy = functionObjective([tf.scalar(0), tf.scalar(0)], ([w1, w2]) => tf.sub(1, w1.mul(w2)).square())
 * const { escaped } = await perturbedGradientDescent(toy, { learningRate: 0.1, seed: 1 }) // true
 */
export async function perturbedGradientDescent(
  objective: Objective,
  options: PerturbedGradientDescentOptions,
): Promise<Escape> {
  const { learningRate, gradientThreshold = 1e-3, radius = 0.01, wait = 10, seed = 0 } = options
  checkPositive('learningRate', learningRate)
  checkPositive('gradientThreshold', gradientThreshold)
  checkPositive('radius', radius)
  checkInteger('wait', wait, 1)
  const inBall = ballPoints(parameterSize(objective.parameters), seed)
  let last = -Infinity
  const stepOf = (gradient: Float64Array, taken: number): Float64Array => {
    if (norm(gradient) > gradientThreshold || taken - last < wait) return scaled(gradient, -learningRate)
    last = taken
    return scaled(inBall(), radius)
  }
  return descend(openWalk(objective, options), options, stepOf, seed)
}

/**
 * Points uniform in the unit ball of n dimensions: the first n coordinates of points uniform on the unit sphere of n + 2
 * (Archimedes for n = 1; Barthe, Guédon, Mendelson and Naor 2005 for all).
 */
function ballPoints(size: number, seed: number): () => Float64Array {
  const random = randomVectors(size + 2, seed)
  return () => scaled(random.sphere().subarray(0, size), 1 / Math.sqrt(size + 2))
}
