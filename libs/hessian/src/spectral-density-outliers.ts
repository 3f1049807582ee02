import { checkInteger, checkVector } from './checks.ts'

/** Where the largest eigenvalues end and the bulk begins. */
export interface OutlierGap {
  /** How many eigenvalues lie above the widest gap. */
  readonly count: number
  /** λ_count / λ_{count + 1}: how wide the gap is. */
  readonly ratio: number
  /** The widest gap elsewhere: the count is only as clear as `ratio` is above this. */
  readonly otherRatio: number
}

/**
 * Counts the outliers at the upper end of a spectrum: those above the widest gap λₖ / λₖ₊₁ among the largest `most + 1`
 * eigenvalues. It always finds a gap; whether there are outliers at all says its ratio beside the others.
 *
 * @param eigenvalues in any order; the largest `most + 1` must be positive
 * @param most up to which k is looked, from 2 to one less than the number of eigenvalues
 * @throws RangeError when there are fewer eigenvalues, one is not finite, or one of the largest is not positive
 *
 * @example
 * outlierGap([9, 8, 1, 0.9, 0.8, -2], 3).count // 2
 */
export function outlierGap(eigenvalues: ArrayLike<number>, most: number): OutlierGap {
  const values = Float64Array.from(eigenvalues)
  checkVector('eigenvalues', values, values.length)
  checkInteger('most', most, 2, values.length - 1)
  const largest = values
    .sort()
    .reverse()
    .subarray(0, most + 1)
  const last = largest[most] ?? NaN
  if (last <= 0) {
    throw new RangeError(`of the largest ${most + 1} eigenvalues one is ${last}; look at fewer`)
  }
  const ratios = Array.from(largest.subarray(1), (next, i) => (largest[i] ?? NaN) / next)
  const ratio = Math.max(...ratios)
  const count = 1 + ratios.indexOf(ratio)
  const otherRatio = Math.max(...ratios.filter((_, i) => i !== count - 1))
  return Object.freeze({ count, ratio, otherRatio })
}
