import { checkInteger } from './checks.ts'
import { denseEigen } from './dense-eigen.ts'
import { gaussianOrthogonalMatrix, indexOf } from './gaussian-orthogonal-ensemble.ts'
import { normalNumbers } from './random-vectors.ts'

/** The critical points of one index. */
export interface IndexShare {
  /** How many eigenvalues are negative. */
  readonly index: number
  /** The expected number of such points, per volume, over that of all critical points. */
  readonly share: number
  /** Of the estimate of `share`; NaN where no draw had this index, as 0 without doubt would be too much said. */
  readonly standardError: number
  /** The mean of L at them; NaN where no draw had this index. */
  readonly meanValue: number
}

/**
 * The critical points of a Gaussian field of covariance exp(−‖x − y‖²/2) by index, from theory: no point is searched for.
 * By Kac and Rice the density of those with index k is proportional to
 *
 *   E[ |det H| ; H has k negative eigenvalues ],   H = G + z·I,
 *
 * G of the Gaussian orthogonal ensemble, z standard normal (Bray and Dean 2007; Azaïs and Wschebor 2009); and the mean
 * of L where the Hessian is H is −tr H / (d + 2). The expectations are means over draws of H. Minima are 1/2 of all for d = 1,
 * 1/4 for d = 2, and (29 − 6√6)/116 for d = 3.
 *
 * @returns index 0 … d
 * @throws RangeError on a dimension, number of draws or seed out of range
 *
 * @example
 * gaussianFieldIndices({ dimension: 2, draws: 10_000 })[0].share // 0.25: minima
 */
export function gaussianFieldIndices({
  dimension,
  draws,
  seed = 0,
}: {
  readonly dimension: number
  readonly draws: number
  readonly seed?: number
}): readonly IndexShare[] {
  checkInteger('dimension', dimension, 1)
  checkInteger('draws', draws, 2)
  checkInteger('seed', seed, 0, 2 ** 32 - 1)
  const normal = normalNumbers(seed)
  const sums = Array.from({ length: dimension + 1 }, () => ({ weight: 0, squares: 0, value: 0 }))
  for (let i = 0; i < draws; i++) {
    const z = normal()
    const rows = gaussianOrthogonalMatrix(dimension, normal)
    rows.forEach((row, j) => (row[j] = (row[j] ?? NaN) + z))
    const { values } = denseEigen(rows)
    const weight = Math.abs(values.reduce((product, value) => product * value, 1))
    const sum = sums[indexOf(values)]
    if (sum === undefined) continue
    sum.weight += weight
    sum.squares += weight ** 2
    sum.value -= (weight * values.reduce((trace, value) => trace + value, 0)) / (dimension + 2)
  }
  const total = sums.reduce((all, { weight }) => all + weight, 0)
  const squares = sums.reduce((all, sum) => all + sum.squares, 0)
  return Object.freeze(
    sums.map((sum, index) => {
      const share = sum.weight / total
      // Of a ratio of means: Σ w² (1 − p)² over the draws inside, Σ w² p² over those outside.
      const variance = sum.squares * (1 - 2 * share) + squares * share ** 2
      const standardError = sum.weight === 0 ? NaN : Math.sqrt(variance) / total
      return Object.freeze({ index, share, standardError, meanValue: sum.value / sum.weight })
    }),
  )
}
