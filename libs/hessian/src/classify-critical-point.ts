import { checkInteger, checkPositive } from './checks.ts'

/** An eigenvalue of the Hessian and its doubt, as every eigenpair of this package carries them. */
export interface MeasuredEigenvalue {
  readonly value: number
  readonly errorBound: number
  readonly converged: boolean
}

export interface CriticalPointEvidence {
  /** ‖∇L‖. */
  readonly gradientNorm: number
  /** Up to which gradient norm the point counts as critical. There is no default: it depends on the loss's scale. */
  readonly gradientTolerance: number
  /** Number of parameters. */
  readonly size: number
  /**
   * Eigenvalues of the Hessian: all `size` of them, or the outermost of both ends, as `lanczosEigenpairs` and
   * `thickRestartLanczos` find them. Of one end only, the other stays unknown.
   */
  readonly eigenvalues: readonly MeasuredEigenvalue[]
  /** Which they are. Default: all when there are `size` of them; otherwise it must be given. */
  readonly known?: 'all' | 'both ends' | 'largest' | 'smallest'
  /** Within what share of the largest magnitude an eigenvalue that has no sure sign counts as zero. Default: 10⁻³. */
  readonly zeroTolerance?: number
}

/** `degenerate`: some eigenvalues are zero and the others of one sign, so that second order cannot tell. */
export type CriticalPointKind = 'minimum' | 'maximum' | 'saddle' | 'degenerate' | 'not critical' | 'undecided'

export interface CriticalPoint {
  readonly kind: CriticalPointKind
  /** Why, in one sentence with the numbers that decided. */
  readonly reason: string
  /** What the verdict rests on beyond the numbers; empty when all eigenvalues are known. */
  readonly caveat: string
  /** How many of the given eigenvalues have which sign: |λ| must exceed its bound to have one. */
  readonly signs: {
    readonly positive: number
    readonly negative: number
    /** Without a sign, and small enough to be called zero. */
    readonly zero: number
    /** Without a sign, and too uncertain to be called zero. */
    readonly unknown: number
  }
}

/**
 * What kind of critical point it is, by the second-order test: all eigenvalues positive, a minimum; all negative, a maximum;
 * of both signs, a saddle. The sign of an eigenvalue counts only when |λ| exceeds its error bound. A negative and a positive
 * eigenvalue prove a saddle, however few are known; that none is negative follows from the outer ones only if they
 * converged and are the outer ones, which the caveat says.
 *
 * @throws RangeError when a norm or a bound is negative or not finite, no eigenvalue is given, more than `size` are, or
 * fewer and `known` does not say which
 *
 * @example
 * const point = classifyCriticalPoint({
 *   gradientNorm: 0,
 *   gradientTolerance: 1e-6,
 *   size: 2,
 *   eigenvalues: [
 *     { value: 2, errorBound: 1e-9, converged: true },
 *     { value: -2, errorBound: 1e-9, converged: true },
 *   ],
 * })
 * point.kind // 'saddle'
 */
export function classifyCriticalPoint(evidence: CriticalPointEvidence): CriticalPoint {
  const known = check(evidence)
  const { gradientNorm, gradientTolerance, eigenvalues, size } = evidence
  const signs = signsOf(evidence)
  const [kind, reason] =
    gradientNorm > gradientTolerance
      ? ([
          'not critical',
          `the gradient norm ${short(gradientNorm)} is above ${short(gradientTolerance)}`,
        ] as const)
      : bySigns(evidence, known, signs)
  const partial = known !== 'all' && (kind === 'minimum' || kind === 'maximum' || kind === 'degenerate')
  const caveat = partial
    ? `${eigenvalues.length} of ${size} eigenvalues are known: that none lies further out is as sure as the search for them, not proved`
    : ''
  return Object.freeze({ kind, reason, caveat, signs })
}

type Verdict = readonly [kind: CriticalPointKind, reason: string]

function bySigns(
  { eigenvalues }: CriticalPointEvidence,
  known: Known,
  signs: CriticalPoint['signs'],
): Verdict {
  const { positive, negative, zero, unknown } = signs
  const largest = eigenvalues.reduce((a, b) => (b.value > a.value ? b : a))
  const smallest = eigenvalues.reduce((a, b) => (b.value < a.value ? b : a))
  if (positive > 0 && negative > 0) {
    return ['saddle', `eigenvalues of both signs: ${interval(largest)} and ${interval(smallest)}`]
  }
  if (unknown > 0) {
    const widest = eigenvalues.filter(hasNoSign).reduce((a, b) => (b.errorBound > a.errorBound ? b : a))
    return ['undecided', `an eigenvalue ${interval(widest)} has no sure sign; ask for a smaller tolerance`]
  }
  const unsettled = known === 'all' ? undefined : eigenvalues.find(eigenvalue => !eigenvalue.converged)
  if (unsettled !== undefined) {
    return ['undecided', `the eigenvalue ${interval(unsettled)} has not converged; allow more products`]
  }
  const missing = missingEnd(known, signs)
  if (missing !== undefined)
    return ['undecided', `the ${missing} eigenvalues are not known; ask for both ends`]
  if (zero > 0) {
    const others = positive > 0 ? 'positive' : 'negative'
    const rest = positive + negative > 0 ? `, the others ${others}` : ''
    return ['degenerate', `${zero} of the eigenvalues known cannot be told from zero${rest}`]
  }
  return positive > 0
    ? ['minimum', `the smallest eigenvalue is positive: ${interval(smallest)}`]
    : ['maximum', `the largest eigenvalue is negative: ${interval(largest)}`]
}

/**
 * The end that could still change the verdict, if its eigenvalues are not known: positive ones at the bottom leave nothing
 * open, at the top everything.
 */
function missingEnd(known: Known, { positive, negative, zero }: CriticalPoint['signs']): string | undefined {
  if (known === 'largest' && (positive > 0 || zero > 0)) return 'smallest'
  if (known === 'smallest' && (negative > 0 || zero > 0)) return 'largest'
  return undefined
}

function signsOf({ eigenvalues, zeroTolerance = 1e-3 }: CriticalPointEvidence): CriticalPoint['signs'] {
  const largest = Math.max(...eigenvalues.map(({ value }) => Math.abs(value)))
  const signed = eigenvalues.filter(eigenvalue => !hasNoSign(eigenvalue))
  const unsigned = eigenvalues.filter(hasNoSign)
  const zero = unsigned.filter(
    ({ value, errorBound }) => Math.abs(value) + errorBound <= zeroTolerance * largest,
  ).length
  const positive = signed.filter(({ value }) => value > 0).length
  return Object.freeze({
    positive,
    negative: signed.length - positive,
    zero,
    unknown: unsigned.length - zero,
  })
}

function hasNoSign({ value, errorBound }: MeasuredEigenvalue): boolean {
  return Math.abs(value) <= errorBound
}

type Known = NonNullable<CriticalPointEvidence['known']>

function check(evidence: CriticalPointEvidence): Known {
  const { gradientNorm, gradientTolerance, size, eigenvalues, zeroTolerance } = evidence
  checkNotNegative('gradientNorm', gradientNorm)
  checkNotNegative('gradientTolerance', gradientTolerance)
  if (zeroTolerance !== undefined) checkPositive('zeroTolerance', zeroTolerance)
  checkInteger('size', size, 1)
  checkInteger('the number of eigenvalues', eigenvalues.length, 1, size)
  for (const { value, errorBound } of eigenvalues) {
    if (!Number.isFinite(value)) throw new RangeError(`an eigenvalue is ${value}; all must be finite`)
    checkNotNegative('an error bound', errorBound)
  }
  const known = evidence.known ?? (eigenvalues.length === size ? 'all' : undefined)
  if (known === undefined || (known === 'all' && eigenvalues.length < size)) {
    throw new RangeError(
      `${eigenvalues.length} of ${size} eigenvalues are given; say which in known: 'both ends', 'largest' or 'smallest'`,
    )
  }
  return known
}

function checkNotNegative(name: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) {
    throw new RangeError(`${name} is ${value}; it must be a finite number of at least 0`)
  }
}

function interval({ value, errorBound }: MeasuredEigenvalue): string {
  return `${short(value)} ± ${short(errorBound)}`
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)))
}
