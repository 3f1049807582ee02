import { denseMatrix } from '../src/dense-matrix.ts'
import type { LinearOperator } from '../src/linear-operator.ts'
import { orthonormalBasis } from '../src/orthogonalize.ts'
import { randomVectors } from '../src/random-vectors.ts'

/** The 1-D Laplacian: 2 on the diagonal, −1 beside it. */
export function laplacian(size: number): LinearOperator {
  return {
    size,
    relativeError: 1e-15,
    apply: x => x.map((value, i) => 2 * value - (x[i - 1] ?? 0) - (x[i + 1] ?? 0)),
  }
}

/** Its eigenvalues 2 − 2 cos(kπ/(n + 1)), ascending. */
export function laplacianEigenvalues(size: number): number[] {
  return Array.from({ length: size }, (_, i) => 2 - 2 * Math.cos(((i + 1) * Math.PI) / (size + 1)))
}

/** Rows of (G + Gᵀ) / √(8 n) with G normal: eigenvalues between about −1 and 1. */
export function randomSymmetricRows(size: number, seed: number): Float64Array[] {
  const random = randomVectors(size, 1_000_000 + seed)
  const g = Array.from({ length: size }, () => random.normal())
  return g.map((row, i) => row.map((value, j) => (value + (g[j]?.[i] ?? NaN)) / Math.sqrt(8 * size)))
}

/** Rows of Q diag(values) Qᵀ with a random orthogonal Q. */
export function rowsWithSpectrum(values: readonly number[], seed: number): Float64Array[] {
  const size = values.length
  // Far from the seeds of the algorithms: Q must not share their random vectors.
  const random = randomVectors(size, 1_000_000 + seed)
  const q = orthonormalBasis(Array.from({ length: size }, () => random.normal()))
  const entry = (i: number, j: number): number =>
    values.reduce((sum, value, k) => sum + value * (q[k]?.[i] ?? NaN) * (q[k]?.[j] ?? NaN), 0)
  const rows = Array.from({ length: size }, () => new Float64Array(size))
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) (rows[i] ?? [])[j] = (rows[j] ?? [])[i] = entry(i, j)
  }
  return rows
}

export function matrixWithSpectrum(values: readonly number[], seed: number): LinearOperator {
  return denseMatrix(rowsWithSpectrum(values, seed))
}

/** Products as a network on float32 gives them: rounded, and off by random noise of 1e-7 of the largest entry. */
export function inFloat32(operator: LinearOperator): LinearOperator {
  const random = randomVectors(operator.size, 99)
  return {
    size: operator.size,
    async apply(x) {
      const y = await operator.apply(x.map(Math.fround))
      const largest = y.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
      const noise = random.normal()
      return y.map((value, i) => Math.fround(value + 1e-7 * largest * (noise[i] ?? NaN)))
    },
  }
}

/** An operator whose product number `bad` holds NaN. */
export function nanAt(operator: LinearOperator, bad: number): LinearOperator {
  let count = 0
  return {
    ...operator,
    async apply(x) {
      const y = await operator.apply(x)
      count++
      if (count === bad) y[0] = NaN
      return y
    },
  }
}

/** The largest distance between numbers at the same place; Infinity when there are more of one. */
export function distance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))))
}
