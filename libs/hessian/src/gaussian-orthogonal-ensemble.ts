import { setImmediate as nextTurn } from 'node:timers/promises'
import { checkInteger } from './checks.ts'
import { denseEigen } from './dense-eigen.ts'
import { normalNumbers } from './random-vectors.ts'
import type { WorkOptions } from './work-options.ts'

/** Which random matrices, and how many. */
export interface RandomMatrices {
  /** n: rows of a matrix. */
  readonly size: number
  readonly matrices: number
  /** Default 0. */
  readonly seed?: number
}

/**
 * Random symmetric matrices of the Gaussian orthogonal ensemble: independent normal entries of mean 0, off the diagonal
 * of variance 1, on it of variance 2. Their law does not change when the axes are turned.
 *
 * @param normal draws a standard normal number
 */
export function gaussianOrthogonalMatrix(size: number, normal: () => number): Float64Array[] {
  const rows = Array.from({ length: size }, () => new Float64Array(size))
  rows.forEach((row, i) => {
    rows.slice(0, i).forEach((above, j) => {
      above[i] = row[j] = normal()
    })
    row[i] = Math.SQRT2 * normal()
  })
  return rows
}

/**
 * How many of many random matrices (see `gaussianOrthogonalMatrix`) have only positive eigenvalues. The share is 1/2, (2 − √2)/4
 * and (π − 2√2)/(4π) for n = 1, 2 and 3, and for large n falls like exp(−n² ln 3 / 4) (Dean and Majumdar 2006).
 *
 * A matrix is drawn row by row, and given up at the first pivot of Cholesky's decomposition that is not positive, which
 * most often is the first or second: millions take a second.
 *
 * @param options `onProgress` is told of matrices
 * @throws RangeError (a rejection) on a size, number or seed out of range
 *
 * @example
 * (await countPositiveDefinite({ size: 2, matrices: 1e5 })) / 1e5 // 0.15
 */
export async function countPositiveDefinite(
  { size, matrices, seed = 0 }: RandomMatrices,
  { signal, onProgress }: WorkOptions = {},
): Promise<number> {
  check({ size, matrices, seed })
  const normal = normalNumbers(seed)
  const factor = new Float64Array(size * size)
  let positive = 0
  for (let done = 0; done < matrices;) {
    await nextTurn()
    signal?.throwIfAborted()
    const end = Math.min(matrices, done + BETWEEN_TURNS)
    for (; done < end; done++) if (drawsPositiveDefinite(size, factor, normal)) positive++
    onProgress?.(done, matrices)
  }
  return positive
}

/**
 * The index of each of many random matrices (see `gaussianOrthogonalMatrix`): the fraction of its eigenvalues that are
 * negative.
 *
 * @param options `onProgress` is told of matrices
 * @throws RangeError (a rejection) on a size, number or seed out of range
 *
 * @example
 * const indices = await randomMatrixIndices({ size: 100, matrices: 3 })
 * indices.length // 3: each near 1/2
 */
export async function randomMatrixIndices(
  { size, matrices, seed = 0 }: RandomMatrices,
  { signal, onProgress }: WorkOptions = {},
): Promise<Float64Array> {
  check({ size, matrices, seed })
  const normal = normalNumbers(seed)
  const indices = new Float64Array(matrices)
  for (let i = 0; i < matrices; i++) {
    await nextTurn()
    signal?.throwIfAborted()
    indices[i] = indexOf(denseEigen(gaussianOrthogonalMatrix(size, normal)).values) / size
    onProgress?.(i + 1, matrices)
  }
  return indices
}

/** How many eigenvalues are negative. */
export function indexOf(values: Float64Array): number {
  return values.reduce((count, value) => count + (value < 0 ? 1 : 0), 0)
}

/** Draws a matrix and decomposes it, both row by row; `factor` is where it works, n² numbers. */
function drawsPositiveDefinite(size: number, factor: Float64Array, normal: () => number): boolean {
  const at = (i: number, j: number): number => factor[i * size + j] ?? NaN
  for (let i = 0; i < size; i++) {
    let squares = 0
    for (let j = 0; j < i; j++) {
      let entry = normal()
      for (let k = 0; k < j; k++) entry -= at(i, k) * at(j, k)
      entry /= at(j, j)
      factor[i * size + j] = entry
      squares += entry ** 2
    }
    const pivot = Math.SQRT2 * normal() - squares
    if (pivot <= 0) return false
    factor[i * size + i] = Math.sqrt(pivot)
  }
  return true
}

function check({ size, matrices, seed = 0 }: RandomMatrices): void {
  checkInteger('size', size, 1)
  checkInteger('matrices', matrices, 1)
  checkInteger('seed', seed, 0, 2 ** 32 - 1)
}

/** Some milliseconds of work. */
const BETWEEN_TURNS = 20_000
