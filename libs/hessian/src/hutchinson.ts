import { checkInteger } from './checks.ts'
import { type Estimate, meanOf } from './estimate.ts'
import type { LinearOperator } from './linear-operator.ts'
import { withProducts } from './products.ts'
import { randomVectors } from './random-vectors.ts'
import { dot } from './vectors.ts'
import type { WorkOptions } from './work-options.ts'

export interface HutchinsonOptions extends WorkOptions {
  /** Random vectors, a product each, at least 2. Default: 100. */
  readonly probes?: number
  /** Default: 0. */
  readonly seed?: number
}

/**
 * The trace by Hutchinson's estimator (Hutchinson 1990): the mean of zᵀ A z over vectors of random signs. Its variance is
 * 2 Σ_{i≠j} aᵢⱼ² / probes, so it is exact for a diagonal matrix. Every probe counts: it does not stop when the mean
 * seems to stand still.
 *
 * @throws RangeError on fewer than 2 probes, of which no spread can be taken
 *
 * @example
 * const { value, standardError } = await hutchinsonTrace(diagonalMatrix([1, 2, 3]))
 * value // 6
 * standardError // 0
 */
export async function hutchinsonTrace(
  operator: LinearOperator,
  options: HutchinsonOptions = {},
): Promise<Estimate> {
  const { probes = 100, seed = 0 } = options
  checkInteger('probes', probes, 2)
  return withProducts(operator, probes, options, async products => {
    const random = randomVectors(products.size, seed)
    const samples: number[] = []
    while (samples.length < probes) {
      const z = random.signs()
      samples.push(dot(z, await products.apply(z)))
    }
    return Object.freeze({ ...meanOf(samples), samples: probes, products: products.count, seed })
  })
}
