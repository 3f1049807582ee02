import { inverse, Matrix } from 'ml-matrix'
import { checkInteger } from './checks.ts'
import { type Interval, proportion } from './intervals.ts'

/** How often something happened in so many trials in n dimensions. */
export interface CountInDimension {
  readonly n: number
  readonly successes: number
  readonly trials: number
}

/**
 * The rate c in P(n) = exp(−a − b n − c n²), by least squares on −ln P, weighted by what the counts are sure of. The interval
 * has 1.96 standard errors to each side, and takes the form for true.
 *
 * @param counts those without a success are left out, as their logarithm has no error that could be stated
 * @returns undefined when fewer than three are left
 * @throws RangeError when a count is no integer, or larger than its trials
 *
 * @example
 * const counts = [50_002, 14_649, 2551, 258] // of 100 000 each: see countPositiveDefinite
 * const rate = quadraticDecay(counts.map((successes, i) => ({ n: i + 1, successes, trials: 100_000 })))
 * rate?.value // 0.26: ln 3 / 4 = 0.275 lies within
 */
export function quadraticDecay(counts: readonly CountInDimension[]): Interval | undefined {
  for (const { n } of counts) checkInteger('n', n, 1)
  const rows = counts
    .map(({ n, successes, trials }) => ({ n, successes, share: proportion(successes, trials).value }))
    .filter(({ successes, share }) => successes > 0 && share < 1)
  if (new Set(rows.map(({ n }) => n)).size < 3) return undefined
  // The variance of ln P is (1 − P) / successes; rows are divided by its root.
  const weights = rows.map(({ successes, share }) => Math.sqrt(successes / (1 - share)))
  const weighted = (power: number): number[] => rows.map(({ n }, i) => n ** power * (weights[i] ?? NaN))
  const design = new Matrix([0, 1, 2].map(weighted)).transpose()
  const right = Matrix.columnVector(rows.map(({ share }, i) => -Math.log(share) * (weights[i] ?? NaN)))
  const covariance = inverse(design.transpose().mmul(design))
  const value = covariance.mmul(design.transpose()).mmul(right).get(2, 0)
  const half = 1.959964 * Math.sqrt(covariance.get(2, 2))
  return Object.freeze({ value, lower: value - half, upper: value + half })
}
