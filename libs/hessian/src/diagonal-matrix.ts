import { checkLength, checkVector } from './checks.ts'
import type { LinearOperator } from './linear-operator.ts'

/**
 * The diagonal matrix of the given entries: (A x)ᵢ = dᵢ xᵢ. `diagonalMatrix` of ones is the identity.
 *
 * @throws RangeError when there is no entry, or one is not finite
 *
 * @example
 * diagonalMatrix([2, 3]).apply(Float64Array.of(1, 10)) // [2, 30]
 */
export function diagonalMatrix(entries: ArrayLike<number>): LinearOperator {
  if (entries.length === 0) throw new RangeError('diagonalMatrix got no entries; it needs at least one')
  const diagonal = Float64Array.from(entries)
  checkVector('the diagonal', diagonal, diagonal.length)
  return Object.freeze({
    size: diagonal.length,
    relativeError: Number.EPSILON,
    apply: (x: Float64Array) => {
      checkLength('x', x, diagonal.length)
      return x.map((value, i) => value * (diagonal[i] ?? NaN))
    },
  })
}
