import { checkInteger } from './checks.ts'
import { type Estimate, meanOf } from './estimate.ts'
import type { LinearOperator } from './linear-operator.ts'
import { orthogonalize, orthonormalBasis } from './orthogonalize.ts'
import { withProducts } from './products.ts'
import { randomVectors } from './random-vectors.ts'
import { dot } from './vectors.ts'
import type { WorkOptions } from './work-options.ts'

export interface HutchPlusPlusOptions extends WorkOptions {
  /** Products m in all, at least 6. A third each goes to the sketch, its trace and the rest. Default: 99. */
  readonly products?: number
  /** Default: 0. */
  readonly seed?: number
}

/**
 * The trace by Hutch++ (Meyer, Musco, Musco and Woodruff 2021): exact on the range Q of a random sketch A S,
 * Hutchinson's estimator on the rest,
 *
 *     Tr QᵀAQ + mean over z of zᵀ (I − QQᵀ) A (I − QQᵀ) z.
 *
 * Its error falls with 1/m where Hutchinson's falls with 1/√m; it is exact when the rank is at most m/3. Takes m/3 vectors of
 * memory. The standard error is that of the second term; the first has none.
 *
 * @throws RangeError on fewer than 6 products
 *
 * @example
 * const matrix = denseMatrix([
 *   [1, 2],
 *   [2, 4],
 * ])
 * const { value } = await hutchPlusPlusTrace(matrix)
 * value // 5
 */
export async function hutchPlusPlusTrace(
  operator: LinearOperator,
  options: HutchPlusPlusOptions = {},
): Promise<Estimate> {
  const { products: most = 99, seed = 0 } = options
  checkInteger('products', most, 6)
  return withProducts(operator, most, options, async products => {
    const random = randomVectors(products.size, seed)
    const third = Math.floor(most / 3)

    const sketch: Float64Array[] = []
    while (sketch.length < Math.min(third, products.size)) sketch.push(await products.apply(random.signs()))
    const basis = orthonormalBasis(sketch)
    let known = 0
    for (const q of basis) known += dot(q, await products.apply(q))

    const samples: number[] = []
    while (samples.length < third) {
      const z = random.signs()
      orthogonalize(z, basis)
      samples.push(dot(z, await products.apply(z)))
    }
    const rest = meanOf(samples)
    return Object.freeze({
      value: known + rest.value,
      standardError: rest.standardError,
      samples: third,
      products: products.count,
      seed,
    })
  })
}
