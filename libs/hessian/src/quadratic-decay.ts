import { inverse, Matrix } from 'ml-matrix'
import { checkInteger } from './checks.ts'
import { type Interval, NORMAL_95, proportion } from './intervals.ts'

/** How often something happened in so many trials in n dimensions. */
export interface CountInDimension {
  readonly n: number
  readonly successes: number
  readonly trials: number
}

/**
 * The rate c in P(n) = exp(−a − b n − c n²), by maximum likelihood of the counts. The interval has 1.96 standard errors to
 * each side, and takes the form for true.
 *
 * @param counts those without a success count too: they tell that P is small. Those where every trial succeeded are left
 *   out, as the form has no room for P = 1; so are larger P that chance made 1, when the trials are few
 * @returns undefined when fewer than three different n have both successes and failures
 * @throws RangeError when a count is no integer, or larger than its trials
 *
 * @example
 * const counts = [50_002, 14_649, 2551, 258] // of 100 000 each: see countPositiveDefinite
 * const rate = quadraticDecay(counts.map((successes, i) => ({ n: i + 1, successes, trials: 100_000 })))
 * rate?.value // 0.26: ln 3 / 4 = 0.275 lies within
 */
export function quadraticDecay(counts: readonly CountInDimension[]): Interval | undefined {
  for (const { n, successes, trials } of counts) {
    checkInteger('n', n, 1)
    proportion(successes, trials)
  }
  const rows = counts.filter(({ successes, trials }) => successes < trials)
  if (new Set(rows.filter(({ successes }) => successes > 0).map(({ n }) => n)).size < 3) return undefined
  const { exponents, covariance } = mostLikely(rows)
  const value = exponents[2]
  const half = NORMAL_95 * Math.sqrt(covariance.get(2, 2))
  return Object.freeze({ value, lower: value - half, upper: value + half })
}

type Exponents = readonly [a: number, b: number, c: number]

/** By Newton's method; the likelihood is concave in a, b and c. */
function mostLikely(rows: readonly CountInDimension[]): { exponents: Exponents; covariance: Matrix } {
  const [successes, trials] = [sum(rows.map(row => row.successes)), sum(rows.map(row => row.trials))]
  // The same P for all: always possible.
  let exponents: Exponents = [-Math.log(successes / trials), 0, 0]
  for (let step = 0; ; step++) {
    const { gradient, covariance } = slopeAt(rows, exponents)
    const move = covariance.mmul(gradient)
    // Half the likelihood that a whole step promises is far below what a standard error is.
    if (step === STEPS || gradient.dot(move) < 1e-12) return { exponents, covariance }
    exponents = climb(rows, exponents, move)
  }
}

/** The whole step, or the longest half of a half that makes the counts likelier. */
function climb(rows: readonly CountInDimension[], from: Exponents, move: Matrix): Exponents {
  const before = logLikelihood(rows, from)
  for (let part = 1; part > 1e-12; part /= 2) {
    const [a, b, c] = from
    const to = [a + part * move.get(0, 0), b + part * move.get(1, 0), c + part * move.get(2, 0)] as const
    if (logLikelihood(rows, to) > before) return to
  }
  return from
}

/** −ln P(n). */
function exponentAt([a, b, c]: Exponents, n: number): number {
  return a + b * n + c * n ** 2
}

function logLikelihood(rows: readonly CountInDimension[], exponents: Exponents): number {
  return sum(
    rows.map(({ n, successes, trials }) => {
      const exponent = exponentAt(exponents, n)
      // A probability of 1 or more is none.
      return exponent > 0
        ? (trials - successes) * Math.log(-Math.expm1(-exponent)) - successes * exponent
        : -Infinity
    }),
  )
}

/** The likelihood's gradient, and the inverse of its negative second derivative. */
function slopeAt(
  rows: readonly CountInDimension[],
  exponents: Exponents,
): { gradient: Matrix; covariance: Matrix } {
  const gradient = Matrix.zeros(3, 1)
  const information = Matrix.zeros(3, 3)
  for (const { n, successes, trials } of rows) {
    // P / (1 − P).
    const odds = 1 / Math.expm1(exponentAt(exponents, n))
    const powers = Matrix.columnVector([1, n, n ** 2])
    gradient.add(Matrix.mul(powers, (trials - successes) * odds - successes))
    information.add(powers.mmul(powers.transpose()).mul((trials - successes) * odds * (1 + odds)))
  }
  return { gradient, covariance: inverse(information) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Ten are enough in practice. */
const STEPS = 100
