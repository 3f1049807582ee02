import { EigenvalueDecomposition, Matrix } from 'ml-matrix'

/** All eigenvalues, ascending, and orthonormal eigenvectors in the same order. */
export interface DenseEigen {
  readonly values: Float64Array
  readonly vectors: readonly Float64Array[]
}

/**
 * The eigenvalues and vectors of a small symmetric matrix, by Householder tridiagonalisation and QL steps (ml-matrix). Only
 * the mean of the matrix and its transpose counts.
 */
export function denseEigen(rows: readonly ArrayLike<number>[]): DenseEigen {
  const size = rows.length
  const scale = powerOfTwoNear(rows)
  const matrix = new Matrix(size, size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = ((rows[i]?.[j] ?? NaN) / 2 + (rows[j]?.[i] ?? NaN) / 2) / scale
      matrix.set(i, j, value)
      matrix.set(j, i, value)
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  })
  const values = Float64Array.from(realEigenvalues, value => value * scale)
  if (!values.every(Number.isFinite)) throw new Error('the eigenvalues of a small matrix did not converge')
  const vectors = Array.from(values, (_, j) => Float64Array.from(eigenvectorMatrix.getColumn(j)))
  return { values, vectors }
}

/** Scaling by it is exact, and keeps squares of tiny entries from underflow. */
function powerOfTwoNear(rows: readonly ArrayLike<number>[]): number {
  let largest = 0
  for (const row of rows) {
    for (const value of Array.from(row)) largest = Math.max(largest, Math.abs(value))
  }
  return largest > 0 ? 2 ** Math.max(-1000, Math.floor(Math.log2(largest))) : 1
}

/** The same for a symmetric tridiagonal matrix. */
export function tridiagonalEigen(diagonal: readonly number[], offDiagonal: readonly number[]): DenseEigen {
  const rows = diagonal.map((value, i) => {
    const row = new Float64Array(diagonal.length)
    row[i] = value
    if (i > 0) row[i - 1] = offDiagonal[i - 1] ?? NaN
    if (i + 1 < row.length) row[i + 1] = offDiagonal[i] ?? NaN
    return row
  })
  return denseEigen(rows)
}
