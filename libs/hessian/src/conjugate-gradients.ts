import { checkInteger, checkPositive, checkVector } from './checks.ts'
import type { LinearOperator } from './linear-operator.ts'
import { withProducts } from './products.ts'
import { addScaled, dot, norm } from './vectors.ts'
import type { WorkOptions } from './work-options.ts'

export interface ConjugateGradientsOptions extends WorkOptions {
  /** Residual aimed at, relative to ‖b‖. Default: 10⁻⁴. */
  readonly tolerance?: number
  /** The most steps, a product each. Default: the size, at most 1000. */
  readonly maxIterations?: number
}

/** A direction along which the quadratic ½ xᵀAx − bᵀx is not convex. */
export interface NotConvex {
  /** `no curvature`: the curvature is within the error of a product, so that A cannot be told from singular. */
  readonly outcome: 'negative curvature' | 'no curvature'
  /** d, of length 1, with dᵀb ≥ 0: the quadratic does not rise along it from 0. */
  readonly direction: Float64Array
  /** dᵀ A d. */
  readonly curvature: number
}

/** The quadratic is convex as far as the directions went. */
export interface Solved {
  readonly outcome: 'converged' | 'iterations exhausted'
}

/** What was found, with the iterate reached before. */
export type ConjugateGradientsResult = (NotConvex | Solved) & {
  /** x: the solution, or the last iterate, which minimises the quadratic over the directions before. */
  readonly solution: Float64Array
  /** ‖b − A x‖, measured by one more product. */
  readonly residualNorm: number
  /** Steps that were taken. */
  readonly iterations: number
  readonly products: number
}

/**
 * Solves A x = b by conjugate gradients (Hestenes and Stiefel 1952), and says so when A is not positive definite, as a
 * truncated Newton method needs it (Steihaug 1983; Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 7.2):
 *
 *     x ← x + α d,  α = ‖r‖² / dᵀAd;   r ← r − α A d;   d ← r + β d,  β = ‖r‖²ₙₑᵥ / ‖r‖².
 *
 * A direction d of dᵀAd ≤ 0 ends it. Curvature within the operator's relative error of the largest seen counts as none.
 *
 * @param b the right-hand side; 0 has the solution 0, without a step
 * @throws RangeError when b is not finite or of another length, the tolerance is not positive or `maxIterations` is below 1
 *
 * @example
 * const matrix = diagonalMatrix([1, -2])
 * const { outcome, curvature } = await conjugateGradients(matrix, Float64Array.of(0, 1))
 * outcome // 'negative curvature'
 * curvature // -2
 */
export async function conjugateGradients(
  operator: LinearOperator,
  b: Float64Array,
  options: ConjugateGradientsOptions = {},
): Promise<ConjugateGradientsResult> {
  const { tolerance = 1e-4, maxIterations = Math.min(operator.size, 1000) } = options
  checkPositive('tolerance', tolerance)
  checkInteger('maxIterations', maxIterations, 1)
  return withProducts(operator, maxIterations + 1, options, async products => {
    checkVector('b', b, products.size)

    const aim = tolerance * norm(b)
    const solution = new Float64Array(b.length)
    const residual = b.slice()
    const direction = b.slice()
    let largest = 0
    let iterations = 0
    let found: NotConvex | undefined
    while (norm(residual) > aim && iterations < maxIterations) {
      const image = await products.apply(direction)
      const squared = dot(direction, direction)
      const curvature = dot(direction, image) / squared
      largest = Math.max(largest, norm(image) / Math.sqrt(squared))
      if (curvature <= products.relativeError * largest) {
        found = notConvex(direction, curvature, products.relativeError * largest)
        break
      }
      const before = dot(residual, residual)
      const step = before / (curvature * squared)
      addScaled(solution, step, direction)
      addScaled(residual, -step, image)
      const ratio = dot(residual, residual) / before
      direction.forEach((value, i) => (direction[i] = (residual[i] ?? NaN) + ratio * value))
      iterations++
    }

    const outcome = norm(residual) <= aim ? 'converged' : 'iterations exhausted'
    const residualNorm = iterations === 0 ? norm(b) : trueResidual(b, await products.apply(solution))
    return Object.freeze({
      ...(found ?? { outcome }),
      solution,
      residualNorm,
      iterations,
      products: products.count,
    })
  })
}

function notConvex(direction: Float64Array, curvature: number, doubt: number): NotConvex {
  const length = norm(direction)
  return {
    outcome: curvature < -doubt ? 'negative curvature' : 'no curvature',
    direction: direction.map(value => value / length),
    curvature,
  }
}

function trueResidual(b: Float64Array, image: Float64Array): number {
  const residual = b.slice()
  addScaled(residual, -1, image)
  return norm(residual)
}
