import { checkInteger } from './checks.ts'
import { type Estimate, meanOf } from './estimate.ts'
import { integral, lanczosQuadrature, type Quadrature } from './lanczos-quadrature.ts'
import type { LinearOperator } from './linear-operator.ts'
import { withProducts } from './products.ts'
import { randomVectors } from './random-vectors.ts'
import type { WorkOptions } from './work-options.ts'

export interface LogDeterminantOptions extends WorkOptions {
  /** Random start vectors, at least 2. Default: 10. */
  readonly probes?: number
  /** Lanczos steps for each, a product each. Default: 80, at most the size. Memory: steps × size × 8 bytes. */
  readonly steps?: number
  /** Default: 0. */
  readonly seed?: number
}

/**
 * ln det A = Tr ln A of a positive definite operator, by stochastic Lanczos quadrature (Ubaru, Chen and Saad 2017, SIAM J.
 * Matrix Anal. Appl. 38(4)): n times the mean over probes of Σⱼ wⱼ ln θⱼ. The standard error is that over
 * probes; of what too few steps miss it knows nothing, and the value then is too large.
 *
 * @throws RangeError when a node is not positive beyond its doubt, its residual and the error of a product: then A is not
 * positive definite, or cannot be told from such; when there are fewer than 2 probes or `steps` is not from 1 to the size
 *
 * @example
 * const matrix = diagonalMatrix([2, 2, 2])
 * const { value } = await logDeterminant(matrix)
 * value - 3 * Math.log(2) // 0
 */
export async function logDeterminant(
  operator: LinearOperator,
  options: LogDeterminantOptions = {},
): Promise<Estimate> {
  const { size } = operator
  const { probes = 10, steps = Math.min(size, 80), seed = 0 } = options
  checkInteger('probes', probes, 2)
  return withProducts(operator, probes * steps, options, async products => {
    checkInteger('steps', steps, 1, size)
    const random = randomVectors(size, seed)
    const samples: number[] = []
    while (samples.length < probes) {
      const direction = random.sphere().map(value => value / Math.sqrt(size))
      const quadrature = await lanczosQuadrature(products, direction, steps)
      checkPositiveDefinite(quadrature, products.relativeError)
      samples.push(size * integral(quadrature, Math.log))
    }
    return Object.freeze({ ...meanOf(samples), samples: probes, products: products.count, seed })
  })
}

function checkPositiveDefinite({ nodes, residualNorms }: Quadrature, relativeError: number): void {
  const smallest = nodes[0] ?? NaN
  const noise = relativeError * Math.max(Math.abs(smallest), Math.abs(nodes.at(-1) ?? NaN))
  if (smallest < -noise) {
    // A Ritz value lies never below the smallest eigenvalue.
    throw new RangeError(
      `the operator is not positive definite: it has an eigenvalue of ${smallest.toPrecision(3)} or less; add a larger shift with shiftedBy`,
    )
  }
  const doubt = noise + (residualNorms[0] ?? NaN)
  if (smallest <= doubt) {
    throw new RangeError(
      `the operator cannot be told from one that is not positive definite: an eigenvalue is ${smallest.toPrecision(3)} ± ${doubt.toPrecision(3)}; take more steps, or add a shift with shiftedBy`,
    )
  }
}
