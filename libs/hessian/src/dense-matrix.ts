import { checkLength, checkVector } from './checks.ts'
import type { LinearOperator } from './linear-operator.ts'
import { dot } from './vectors.ts'

/**
 * A dense symmetric matrix, given by its rows: (A x)ᵢ = Σⱼ aᵢⱼ xⱼ.
 *
 * @throws RangeError when there are no rows, they do not form a square, a number is not finite, or aᵢⱼ and aⱼᵢ differ by
 * more than 10⁻¹² of the largest entry
 *
 * @example
 * const matrix = denseMatrix([
 *   [2, 1],
 *   [1, 3],
 * ])
 * matrix.apply(Float64Array.of(1, 10)) // [12, 31]
 */
export function denseMatrix(rows: readonly ArrayLike<number>[]): LinearOperator {
  const matrix = symmetricRows(rows)
  return Object.freeze({
    size: matrix.length,
    relativeError: matrix.length * Number.EPSILON,
    apply: (x: Float64Array) => {
      checkLength('x', x, matrix.length)
      return Float64Array.from(matrix, row => dot(row, x))
    },
  })
}

/** A copy of the rows, once they are known to be a symmetric matrix. */
function symmetricRows(rows: readonly ArrayLike<number>[]): Float64Array[] {
  if (rows.length === 0) throw new RangeError('denseMatrix got no rows; it needs at least one')
  const matrix = rows.map(row => Float64Array.from(row))
  matrix.forEach((row, i) => {
    checkVector(`row ${i} of the matrix`, row, matrix.length)
  })
  const largest = matrix.reduce((max, row) => row.reduce((a, b) => Math.max(a, Math.abs(b)), max), 0)
  matrix.forEach((row, i) => {
    for (let j = 0; j < i; j++) {
      const [a, b] = [row[j] ?? NaN, matrix[j]?.[i] ?? NaN]
      if (Math.abs(a - b) > 1e-12 * largest) {
        throw new RangeError(
          `the matrix is not symmetric: entry (${i}, ${j}) is ${a}, (${j}, ${i}) is ${b}; use (A + Aᵀ) / 2`,
        )
      }
    }
  })
  return matrix
}
