import { checkInteger } from './checks.ts'
import type { LinearOperator } from './linear-operator.ts'
import { withProducts } from './products.ts'
import { randomVectors } from './random-vectors.ts'
import type { WorkOptions } from './work-options.ts'

export interface DiagonalOptions extends WorkOptions {
  /** Random vectors, a product each, at least 2. Default: 100. */
  readonly probes?: number
  /** Default: 0. */
  readonly seed?: number
}

/** An estimate of every diagonal entry, with its doubt. */
export interface DiagonalEstimate {
  readonly values: Float64Array
  /** The standard error of each entry, from the spread over the probes. */
  readonly standardErrors: Float64Array
  readonly samples: number
  readonly products: number
  readonly seed: number
}

/**
 * The diagonal by the estimator of Bekas, Kokiopoulou and Saad (2007, Applied Numerical Mathematics 57): the
 * mean of z ⊙ A z over vectors z of random signs. The variance of entry i is Σ_{j≠i} aᵢⱼ² / probes, so a diagonal matrix comes out
 * exact.
 *
 * @throws RangeError on fewer than 2 probes
 *
 * @example
 * const { values } = await diagonalEstimate(diagonalMatrix([1, -2]))
 * values // [1, -2]
 */
export async function diagonalEstimate(
  operator: LinearOperator,
  options: DiagonalOptions = {},
): Promise<DiagonalEstimate> {
  const { probes = 100, seed = 0 } = options
  checkInteger('probes', probes, 2)
  return withProducts(operator, probes, options, async products => {
    const random = randomVectors(products.size, seed)
    // Welford's recurrence: no sample needs to be kept, and nothing cancels.
    const means = new Float64Array(products.size)
    const squares = new Float64Array(products.size)
    for (let probe = 1; probe <= probes; probe++) {
      const z = random.signs()
      const az = await products.apply(z)
      for (let i = 0; i < means.length; i++) {
        const sample = (z[i] ?? NaN) * (az[i] ?? NaN)
        const difference = sample - (means[i] ?? NaN)
        const mean = (means[i] ?? NaN) + difference / probe
        means[i] = mean
        squares[i] = (squares[i] ?? NaN) + difference * (sample - mean)
      }
    }
    return Object.freeze({
      values: means,
      standardErrors: squares.map(sum => Math.sqrt(sum / (probes - 1) / probes)),
      samples: probes,
      products: products.count,
      seed,
    })
  })
}
