import { checkInteger, checkPositive } from './checks.ts'
import { type Eigenpair, type Eigenpairs, measuredPair } from './eigenpairs.ts'
import type { LinearOperator } from './linear-operator.ts'
import { orthogonalize } from './orthogonalize.ts'
import { withProducts } from './products.ts'
import { freshDirection, randomVectors } from './random-vectors.ts'
import { addScaled, dot, norm } from './vectors.ts'
import type { WorkOptions } from './work-options.ts'

export interface PowerIterationOptions extends WorkOptions {
  /** How many pairs. Default: 1. */
  readonly k?: number
  /** Residuals aimed at, relative to ‖A‖. Default: 10⁻⁴. */
  readonly tolerance?: number
  /** The most products for each pair. Default: 1000. */
  readonly maxIterations?: number
  /** Of the random start vectors. Default: 0. */
  readonly seed?: number
}

/**
 * The eigenpairs of largest *magnitude*, by power iteration with deflation: v ← A v / ‖A v‖, each product made orthogonal
 * to the pairs found before (Golub and Van Loan, Matrix Computations, 4th ed., section 8.2.1). Two vectors of memory and
 * one for each pair; it needs many more products than Lanczos, and does not converge where λ and −λ are both outermost, as
 * `converged` then says. Copies of a multiple eigenvalue are found one by one.
 *
 * @returns the pairs by falling magnitude
 * @throws RangeError when k is not from 1 to the size, the tolerance is not positive or `maxIterations` is below 1
 *
 * @example
 * const { pairs } = await powerIteration(diagonalMatrix([1, -5, 2]), { k: 2, tolerance: 1e-8 })
 * pairs.map(pair => pair.value) // [-5, 2]
 */
export async function powerIteration(
  operator: LinearOperator,
  options: PowerIterationOptions = {},
): Promise<Eigenpairs> {
  const { size } = operator
  const { k = 1, tolerance = 1e-4, maxIterations = 1000, seed = 0 } = options
  checkInteger('k', k, 1, size, `there are only ${size} eigenvalues`)
  checkPositive('tolerance', tolerance)
  checkInteger('maxIterations', maxIterations, 1)
  return withProducts(operator, k * maxIterations, options, async products => {
    const random = randomVectors(size, seed)
    const pairs: Eigenpair[] = []
    const found: Float64Array[] = []
    // The residuals of earlier pairs leak into later ones; with this, k of them stay within the tolerance.
    const aim = tolerance / (2 * Math.sqrt(k))
    let operatorNorm = 0
    while (pairs.length < k) {
      let vector = freshDirection(random, found)
      for (let iteration = 1; ; iteration++) {
        const product = await products.apply(vector)
        const deflated = product.slice()
        orthogonalize(deflated, found)
        const length = norm(deflated)
        operatorNorm = Math.max(operatorNorm, Math.abs(dot(vector, product)))
        if (iteration === maxIterations || residualOf(vector, deflated) <= aim * operatorNorm) {
          pairs.push(measuredPair(vector, product, tolerance, operatorNorm, products.relativeError))
          break
        }
        vector = deflated.map(value => value / length)
      }
      found.push(vector)
    }
    pairs.sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    const converged = pairs.every(pair => pair.converged)
    return Object.freeze({
      pairs: Object.freeze(pairs),
      converged,
      operatorNorm,
      products: products.count,
      seed,
    })
  })
}

/** ‖w − (vᵀw) v‖. */
function residualOf(v: Float64Array, w: Float64Array): number {
  const residual = w.slice()
  addScaled(residual, -dot(v, w), v)
  return norm(residual)
}
