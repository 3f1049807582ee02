import { Matrix } from 'ml-matrix'

/**
 * The Gram matrix Kᵢⱼ = gᵢ·gⱼ of the gradients of batches, or with a curvature Kᵢⱼ = gᵢᵀ H gⱼ.
 *
 * @param gradients k vectors of one size
 * @param curvature H, symmetric, such as a `LinearOperator` of @flatland/hessian; best taken on examples that are in none of the batches, or it is not independent of them
 * @throws RangeError when their sizes differ
 *
 * @example
 * const scale = noiseFromGram(await gramMatrix(gradients, hessian(objective)), batchSize).scale // B_noise
 */
export async function gramMatrix(
  gradients: readonly Float64Array[],
  curvature?: { readonly apply: (v: Float64Array) => Promise<Float64Array> },
): Promise<number[][]> {
  const rows: number[][] = []
  for (const gradient of gradients) {
    const image = curvature === undefined ? gradient : await curvature.apply(gradient)
    rows.push(gradients.map(other => dot(image, other)))
  }
  return rows
}

function dot(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length)
    throw new RangeError(
      `gramMatrix: vectors of ${a.length} and of ${b.length} entries; they must be of one size`,
    )
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

/** How far the gradients of batches of one size are from each other. Unbiased estimates, which noise can make negative. */
export interface GradientNoise {
  /** |G|², G the gradient of the whole distribution that the batches are drawn from. */
  readonly signal: number
  /** tr Σ, Σ the covariance of the gradient of a single example. */
  readonly noise: number
  /** B_simple = tr Σ / |G|²; `null` where |G|² is not seen above the noise (its estimate is 0 or less). */
  readonly scale: number | null
  /** The standard error of `scale`, by leaving out one batch at a time; `null` with two batches, or where that leaves no scale. */
  readonly standardError: number | null
}

/**
 * The simple noise scale from the gradients of k batches of b examples each, given as their Gram matrix Kᵢⱼ = gᵢ·gⱼ
 * (McCandlish et al. 2018, appendix A.1). The two batch sizes there are b and B = k b here:
 *
 *   |G|² ≈ (B |g_B|² − b |g_b|²) / (B − b),   tr Σ ≈ (|g_b|² − |g_B|²) / (1/b − 1/B),
 *
 * with |g_b|² the mean of the diagonal, and |g_B|² the mean of all entries. So |G|² is the mean of the entries off the
 * diagonal. With Kᵢⱼ = gᵢᵀ H gⱼ the same gives Gᵀ H G, tr(H Σ), and as their ratio B_noise (equation 2.8 there).
 *
 * Batches have to be drawn independently; disjoint ones of a data set are, as draws from what it was drawn from.
 *
 * @param gram [k][k], k ≥ 2
 * @param batchSize b
 * @throws RangeError when there are fewer than two batches, the matrix is not square, or b is no positive number
 *
 * @example
 * noiseFromGram([[3, 1], [1, 3]], 10) // { signal: 1, noise: 20, scale: 20, standardError: null }
 */
export function noiseFromGram(gram: readonly (readonly number[])[], batchSize: number): GradientNoise {
  const k = gram.length
  if (k < 2 || gram.some(row => row.length !== k)) {
    throw new RangeError(`noiseFromGram needs a square matrix of two batches or more; got ${k} rows`)
  }
  if (!(batchSize > 0)) throw new RangeError(`batchSize is ${batchSize}; it must be positive`)
  const matrix = new Matrix(gram.map(row => [...row]))
  const [trace, total] = [matrix.trace(), matrix.sum()]
  const all = estimate(k, trace, total, batchSize)
  const rows = matrix.sum('row')
  const without = gram.map((row, i) => {
    const own = row[i] ?? 0
    return k < 3 ? null : estimate(k - 1, trace - own, total - 2 * (rows[i] ?? 0) + own, batchSize).scale
  })
  return Object.freeze({ ...all, standardError: all.scale === null ? null : jackknife(without) })
}

function estimate(
  k: number,
  trace: number,
  total: number,
  batchSize: number,
): Omit<GradientNoise, 'standardError'> {
  const signal = (total - trace) / (k * (k - 1))
  const noise = batchSize * (trace / k - signal)
  return { signal, noise, scale: signal > 0 ? noise / signal : null }
}

/** √((k − 1)/k Σ (sᵢ − s̄)²) of the estimates without one. */
function jackknife(without: readonly (number | null)[]): number | null {
  const values = without.filter(value => value !== null)
  const k = without.length
  if (values.length < k) return null
  const mean = values.reduce((a, b) => a + b, 0) / k
  return Math.sqrt(((k - 1) / k) * values.reduce((sum, value) => sum + (value - mean) ** 2, 0))
}

/**
 * The cosines between the gradients of different batches, gᵢ·gⱼ / (|gᵢ| |gⱼ|): near 1 where batches agree on the way, near
 * 0 where each goes its own.
 *
 * @param gram [k][k], their Gram matrix
 * @returns the k (k − 1) / 2 cosines of the pairs i < j; `null` where a gradient is 0
 *
 * @example
 * cosinesFromGram([[4, 2], [2, 4]]) // [0.5]
 */
export function cosinesFromGram(gram: readonly (readonly number[])[]): (number | null)[] {
  return gram.flatMap((row, i) =>
    row.slice(i + 1).map((product, offset) => {
      const j = i + 1 + offset
      const norms = Math.sqrt((row[i] ?? 0) * (gram[j]?.[j] ?? 0))
      return norms > 0 ? product / norms : null
    }),
  )
}
