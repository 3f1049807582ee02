import { checkInteger } from './checks.ts'
import { type Estimate, meanOf } from './estimate.ts'
import type { LinearOperator } from './linear-operator.ts'
import { withProducts } from './products.ts'
import { randomVectors } from './random-vectors.ts'
import { dot } from './vectors.ts'
import type { WorkOptions } from './work-options.ts'

export interface FrobeniusNormOptions extends WorkOptions {
  /** Random vectors, a product each, at least 2. Default: 100. */
  readonly probes?: number
  /** Default: 0. */
  readonly seed?: number
}

/**
 * ‖A‖_F = √Σ aᵢⱼ², as the root of the mean of ‖A z‖² over vectors z of random signs (Hutchinson's estimator of Tr AᵀA). The
 * standard error is carried through the root, σ(x) / (2 √x); the root of an unbiased estimate is itself too small by about
 * half its squared relative error.
 *
 * @throws RangeError on fewer than 2 probes
 *
 * @example
 * const { value } = await frobeniusNorm(diagonalMatrix([3, -4]))
 * value // 5
 */
export async function frobeniusNorm(
  operator: LinearOperator,
  options: FrobeniusNormOptions = {},
): Promise<Estimate> {
  const { probes = 100, seed = 0 } = options
  checkInteger('probes', probes, 2)
  return withProducts(operator, probes, options, async products => {
    const random = randomVectors(products.size, seed)
    const samples: number[] = []
    while (samples.length < probes) {
      const az = await products.apply(random.signs())
      samples.push(dot(az, az))
    }
    const squared = meanOf(samples)
    const value = Math.sqrt(squared.value)
    const standardError = value > 0 ? squared.standardError / (2 * value) : 0
    return Object.freeze({ value, standardError, samples: probes, products: products.count, seed })
  })
}
