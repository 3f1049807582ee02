import { inverse, Matrix } from 'ml-matrix'
import { randomStream } from '@flatland/tensor'
import { type CompactMatrix, identityMatrix, updatedMatrix } from '../src/l-bfgs-b-matrix.ts'

export interface Pair {
  readonly s: Float64Array
  readonly y: Float64Array
}

export function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0)
}

/** Steps on a fixed positive definite matrix, so that sᵀy > 0; pairs of very different lengths. */
export function randomPairs(size: number, count: number, seed: number): Pair[] {
  const random = randomStream(seed)
  const root = new Matrix(Array.from({ length: size }, () => Array.from(random.normal(size))))
  const hessian = root.mmul(root.transpose()).add(Matrix.eye(size))
  return Array.from({ length: count }, (_, k) => {
    const s = Float64Array.from(random.normal(size), value => value * 10 ** -k)
    return { s, y: Float64Array.from(hessian.mmul(Matrix.columnVector(s)).to1DArray()) }
  })
}

/** B ← B − B s sᵀB / sᵀBs + y yᵀ / sᵀy, from θI on, θ = yᵀy / sᵀy of the last pair. */
export function denseBfgs(pairs: readonly Pair[], size: number): Matrix {
  const last = pairs.at(-1)
  const theta = last === undefined ? 1 : product(last.y, last.y) / product(last.s, last.y)
  let b = Matrix.eye(size, size, theta)
  for (const { s, y } of pairs) {
    const [column, change] = [Matrix.columnVector(s), Matrix.columnVector(y)]
    const image = b.mmul(column)
    const curvature = column.transpose().mmul(image).get(0, 0)
    b = Matrix.sub(b, image.mmul(image.transpose()).div(curvature)).add(
      change.mmul(change.transpose()).div(product(s, y)),
    )
  }
  return b
}

export function compactOf(pairs: readonly Pair[], memory: number): CompactMatrix {
  return pairs.reduce<CompactMatrix>(
    (matrix, { s, y }) => updatedMatrix(matrix, s, y, product(s, y), memory),
    identityMatrix,
  )
}

/** −B⁻¹ over some coordinates, times r: the subspace step by a dense inverse. */
export function denseStep(b: Matrix, free: readonly number[], r: readonly number[]): number[] {
  const part = inverse(b.selection([...free], [...free]))
  return part
    .mmul(Matrix.columnVector([...r]))
    .mul(-1)
    .to1DArray()
}
