import { checkInteger, checkPositive } from './checks.ts'
import { checkScale, type Escape, openWalk } from './escape.ts'
import { descend, type GradientDescentOptions } from './gradient-descent.ts'
import { whileCompiled } from './compiled-objective.ts'
import type { Objective } from './objective.ts'
import { parameterSize } from './parameter-tensors.ts'
import { randomVectors } from './random-vectors.ts'
import { norm, scaled } from './vectors.ts'

export interface PerturbedGradientDescentOptions extends GradientDescentOptions {
  /**
   * θ is perturbed where ‖∇L‖ is at most this. Default √(minimumFall / (100 η)): where a hundred steps at this slope, each
   * falling by η‖∇L‖², would not make an escape.
   */
  readonly gradientThreshold?: number
  /**
   * r, the radius of the ball of perturbations, in units of θ. Default η · gradientThreshold, as long as the longest of the
   * small steps: the paper's r = g_thres / ℓ at η = 1/ℓ.
   */
  readonly radius?: number
  /**
   * Steps between two perturbations, at least. Default 10. The paper waits until it can tell that a perturbation did not
   * help, for a time that needs the Lipschitz constant of the Hessian; here nothing is decided by it.
   */
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
 * @throws RangeError (a rejection) when an option is out of range, the loss at the start is 0 and neither
 *   `gradientThreshold` nor `minimumFall` is given, or the objective cannot be differentiated: see `checkObjective`
 *
 * @example
 * const toy = functionObjective([tf.scalar(0), tf.scalar(0)], ([w1, w2]) => tf.sub(1, w1.mul(w2)).square())
 * const { escaped } = await perturbedGradientDescent(toy, { learningRate: 0.1, seed: 1 }) // true
 */
export async function perturbedGradientDescent(
  objective: Objective,
  options: PerturbedGradientDescentOptions,
): Promise<Escape> {
  const { learningRate, gradientThreshold, radius, wait = 10, seed = 0 } = options
  checkPositive('learningRate', learningRate)
  if (gradientThreshold !== undefined) checkPositive('gradientThreshold', gradientThreshold)
  if (radius !== undefined) checkPositive('radius', radius)
  checkInteger('wait', wait, 1)
  const inBall = ballPoints(parameterSize(objective.parameters), seed)
  return whileCompiled(objective, compiled => {
    const walk = openWalk(compiled, options)
    let last = -Infinity
    const stepOf = (gradient: Float64Array, taken: number, firstLoss: number): Float64Array => {
      const threshold = gradientThreshold ?? smallGradient(walk.fallFrom(firstLoss), learningRate)
      if (norm(gradient) > threshold || taken - last < wait) return scaled(gradient, -learningRate)
      last = taken
      return scaled(inBall(), radius ?? learningRate * threshold)
    }
    return descend(walk, options, stepOf, seed)
  })
}

function smallGradient(fall: number, learningRate: number): number {
  checkScale(fall)
  return Math.sqrt(fall / (100 * learningRate))
}

/**
 * Points uniform in the unit ball of n dimensions: the first n coordinates of points uniform on the unit sphere of n + 2
 * (Archimedes for n = 1; Barthe, Guédon, Mendelson and Naor 2005 for all).
 */
function ballPoints(size: number, seed: number): () => Float64Array {
  const random = randomVectors(size + 2, seed)
  return () => scaled(random.sphere().subarray(0, size), 1 / Math.sqrt(size + 2))
}
