import { jupyterDisplay } from './chart.ts'
import { markdownTable } from './markdown-table.ts'

/** What the data say of a claim; computed by `judge`, never typed in. */
export type Verdict = 'holds' | 'does not hold' | 'this profile cannot tell'

/** A measured number with its doubt: the interval that the true value is believed to lie in. */
export interface Measured {
  readonly value: number
  readonly lower: number
  readonly upper: number
}

/** A claim says that a number is at least, or at most, a bound. */
export type Bound = { readonly atLeast: number } | { readonly atMost: number }

/** One row of the table that ends a notebook. */
export interface Claim {
  /** What is claimed, in a sentence. */
  readonly statement: string
  /** Who claims it, with the number given there. */
  readonly source: string
  /** What was measured here, with its unit. */
  readonly measured: string
  readonly verdict: Verdict
}

/**
 * Compares a measured interval with a bound: the claim holds where the whole interval meets it, does not hold
 * where the whole interval misses it, and cannot be told where the bound lies inside. What was not measured
 * (`undefined`, or NaN anywhere) cannot be told either.
 *
 * @example
 * judge({ value: 3, lower: 2.5, upper: 4 }, { atLeast: 2 }) // 'holds'
 */
export function judge(measured: Measured | undefined, bound: Bound): Verdict {
  if (measured === undefined) return 'this profile cannot tell'
  const { value, lower, upper } = measured
  if ([value, lower, upper].some(Number.isNaN)) return 'this profile cannot tell'
  if ('atLeast' in bound) return decide(lower >= bound.atLeast, upper < bound.atLeast)
  return decide(upper <= bound.atMost, lower > bound.atMost)
}

function decide(met: boolean, missed: boolean): Verdict {
  return met ? 'holds' : missed ? 'does not hold' : 'this profile cannot tell'
}

/** The claims as a table: Markdown where it can be rendered, plain text elsewhere. */
export interface ClaimsTable {
  readonly claims: readonly Claim[]
  readonly [jupyterDisplay]: () => { readonly 'text/markdown': string; readonly 'text/plain': string }
}

/**
 * The table that ends a notebook.
 *
 * @throws RangeError when there are no claims
 *
 * @example
 * claimsTable([{ statement: 'loss falls', source: 'note', measured: '−3 %', verdict: judge(drop, { atLeast: 0 }) }])
 */
export function claimsTable(claims: readonly Claim[]): ClaimsTable {
  if (claims.length === 0) throw new RangeError('claimsTable: there are no claims')
  const heading = ['Claim', 'Who says so', 'Measured here', 'Verdict']
  const cells = claims.map(({ statement, source, measured, verdict }) => [
    statement,
    source,
    measured,
    verdict,
  ])
  const lines = claims.map(
    ({ statement, source, measured, verdict }) =>
      `${verdict}: ${statement}\n  ${source}\n  measured: ${measured}`,
  )
  return Object.freeze({
    claims,
    [jupyterDisplay]: () => ({
      'text/markdown': markdownTable(heading, cells),
      'text/plain': lines.join('\n'),
    }),
  })
}
