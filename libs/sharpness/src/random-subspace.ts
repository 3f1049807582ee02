import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import { checkInteger } from './checks.ts'
import { eachRow, type RowBlocks, normalRows } from './normal-rows.ts'
import { checkSize, type Subspace } from './subspace.ts'

/** The span of the columns of a random matrix. */
export interface RandomSubspace extends Subspace {
  readonly seed: number
}

/**
 * A random subspace as Keskar et al. 2016 take it (metric 2.1, their A): independent standard normal entries, so that for n ≫ p
 * the columns are nearly orthogonal, with norms near √n.
 *
 * Up to 2²⁷ numbers, 512 MB, are kept; of a larger A each block of rows is drawn anew from its seed whenever it is needed, so
 * that memory does not grow with the network.
 *
 * @param size n, e.g. the number of parameters
 * @param dimension p, from 1 to n
 * @param seed fixes A, whatever the backend
 * @throws RangeError on sizes that make no subspace
 *
 * @example
 * const subspace = randomSubspace(1000, 2, 7)
 * subspace.coordinates(subspace.expand(Float64Array.of(3, -1))) // [3, -1]
 */
export function randomSubspace(size: number, dimension: number, seed: number): RandomSubspace {
  checkInteger('size', size, 1)
  if (!(Number.isInteger(dimension) && dimension >= 1 && dimension <= size)) {
    throw new RangeError(
      `the subspace has ${dimension} dimensions; it must have a whole number from 1 to ${size}, those of the space`,
    )
  }
  const blocks = normalRows(size, dimension, seed)
  let factor: CholeskyDecomposition | undefined
  const project = (g: Float64Array): Float64Array => {
    checkSize('g', g, size)
    const sums = new Float64Array(dimension)
    eachRow(blocks, dimension, (block, at, row) => {
      const entry = g[row] ?? NaN
      for (let j = 0; j < dimension; j++) sums[j] = (sums[j] ?? 0) + entry * (block[at + j] ?? 0)
    })
    return sums
  }
  return Object.freeze({
    size,
    dimension,
    seed,
    project,
    expand: (y: Float64Array) => {
      checkSize('y', y, dimension)
      const x = new Float64Array(size)
      eachRow(blocks, dimension, (block, at, row) => {
        let sum = 0
        for (let j = 0; j < dimension; j++) sum += (block[at + j] ?? 0) * (y[j] ?? NaN)
        x[row] = sum
      })
      return x
    },
    coordinates: (x: Float64Array) => {
      factor ??= new CholeskyDecomposition(gram(blocks, dimension))
      return Float64Array.from(factor.solve(Matrix.columnVector(project(x))).to1DArray())
    },
  })
}

/** AᵀA. */
function gram(blocks: RowBlocks, dimension: number): Matrix {
  const sums = new Float64Array(dimension * dimension)
  eachRow(blocks, dimension, (block, at) => {
    for (let i = 0; i < dimension; i++) {
      const entry = block[at + i] ?? 0
      for (let j = 0; j <= i; j++) {
        const place = i * dimension + j
        sums[place] = (sums[place] ?? 0) + entry * (block[at + j] ?? 0)
      }
    }
  })
  return Matrix.from1DArray(dimension, dimension, sums).apply(function (this: Matrix, i, j) {
    if (j > i) this.set(i, j, sums[j * dimension + i] ?? 0)
  })
}
