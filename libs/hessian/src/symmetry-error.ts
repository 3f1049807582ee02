import { checkInteger } from './checks.ts'
import type { LinearOperator } from './linear-operator.ts'
import { withProducts } from './products.ts'
import { randomVectors } from './random-vectors.ts'
import { dot, norm } from './vectors.ts'
import type { WorkOptions } from './work-options.ts'

export interface SymmetryOptions extends WorkOptions {
  /** Pairs of random vectors, two products each. Default: 3. */
  readonly probes?: number
  /** Default: 0. */
  readonly seed?: number
}

/**
 * How far an operator is from symmetric: the largest |uᵀAv − vᵀAu| · √n / (‖Au‖ ‖v‖ + ‖Av‖ ‖u‖) over random pairs u, v.
 * Rounding gives about the relative error of a product; a wrong derivative gives about 1. The √n makes up for two random
 * vectors being nearly orthogonal.
 *
 * @throws RangeError on fewer than one probe
 *
 * @example
 * await symmetryError(diagonalMatrix([1, -2])) // 0
 */
export async function symmetryError(
  operator: LinearOperator,
  options: SymmetryOptions = {},
): Promise<number> {
  const { probes = 3, seed = 0 } = options
  checkInteger('probes', probes, 1)
  return withProducts(operator, 2 * probes, options, async products => {
    const random = randomVectors(products.size, seed)
    let largest = 0
    for (let probe = 0; probe < probes; probe++) {
      const [u, v] = [random.sphere(), random.sphere()]
      const [au, av] = [await products.apply(u), await products.apply(v)]
      const scale = norm(au) * norm(v) + norm(av) * norm(u)
      const difference = Math.abs(dot(u, av) - dot(v, au)) * Math.sqrt(products.size)
      if (difference > 0) largest = Math.max(largest, difference / scale)
    }
    return largest
  })
}
