import { checkInteger } from './checks.ts'
import { dot, norm } from './vectors.ts'

/** An estimate, and the interval that the true value lies in with 95 % confidence. */
export interface Interval {
  readonly value: number
  readonly lower: number
  readonly upper: number
}

/**
 * A probability from counts, with Wilson's (1927) interval, which is also sound where few or all succeeded.
 *
 * @throws RangeError when the counts are no integers with 0 ≤ successes ≤ trials
 *
 * @example
 * proportion(0, 10).upper // 0.278
 */
export function proportion(successes: number, trials: number): Interval {
  checkInteger('trials', trials, 1)
  checkInteger('successes', successes, 0, trials)
  const value = successes / trials
  const share = NORMAL_95 ** 2 / trials
  const centre = (value + share / 2) / (1 + share)
  const half = (NORMAL_95 / (1 + share)) * Math.sqrt((value * (1 - value) + share / 4) / trials)
  return Object.freeze({
    value,
    lower: successes === 0 ? 0 : centre - half,
    upper: successes === trials ? 1 : centre + half,
  })
}

/**
 * Spearman's rank correlation: 1 where y rises whenever x does. Equal numbers share their mean rank. The interval is
 * Fisher's, tanh(artanh r ± 1.96 √((1 + r²/2) / (n − 3))) (Bonett and Wright 2000); it takes the pairs for
 * independent. No r there is nearer to ±1 than one swap of neighbours, 1 − 12/(n³ − n), for few pairs in perfect order prove
 * no perfect law; but ±1 then lies within. Of true correlations above 0.97 or so the interval is too narrow: it holds
 * 0.99 in 80 to 90 of 100 samples. NaN where all x or all y are equal.
 *
 * @throws RangeError when there are fewer than 10 pairs, the lengths differ, or a number is NaN
 *
 * @example
 * const x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
 * rankCorrelation(x, x.map(Math.exp)).lower // 0.93: the order of ten pairs is perfect
 */
export function rankCorrelation(x: readonly number[], y: readonly number[]): Interval {
  checkInteger('the number of pairs', x.length, 10)
  if (x.length !== y.length) throw new RangeError(`there are ${x.length} x and ${y.length} y; give as many`)
  if ([...x, ...y].some(Number.isNaN))
    throw new RangeError('there is NaN among the numbers; all must have a rank')
  const [a, b] = [centredRanks(x), centredRanks(y)]
  const value = Math.min(1, Math.max(-1, dot(a, b) / (norm(a) * norm(b))))
  const most = 1 - 12 / (x.length ** 3 - x.length)
  const told = Math.min(most, Math.max(-most, value))
  const half = NORMAL_95 * Math.sqrt((1 + told ** 2 / 2) / (x.length - 3))
  return Object.freeze({
    value,
    lower: value < -most ? -1 : Math.tanh(Math.atanh(told) - half),
    upper: value > most ? 1 : Math.tanh(Math.atanh(told) + half),
  })
}

/** Ranks 1 … n, the same for equal numbers, minus their mean. */
function centredRanks(values: readonly number[]): Float64Array {
  return Float64Array.from(values, value => {
    const below = values.filter(other => other < value).length
    const equal = values.filter(other => other === value).length
    return below + (equal + 1) / 2 - (values.length + 1) / 2
  })
}

/** Of the normal distribution, two-sided 95 %. */
export const NORMAL_95 = 1.959964
