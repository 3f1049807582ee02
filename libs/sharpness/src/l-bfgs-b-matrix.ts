import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import { type Correction, emptyGram, extended, type Gram, withoutOldest } from './l-bfgs-b-gram.ts'

/**
 * The limited-memory BFGS matrix in its compact form (Byrd, Nocedal and Schnabel 1994; Byrd, Lu, Nocedal and Zhu 1995,
 * equations 3.3 to 3.5),
 *
 *     B = θI − W M Wᵀ,   W = [Y  θS],   M = [−D  Lᵀ; L  θSᵀS]⁻¹,
 *
 * with L the part of SᵀY below its diagonal, and D its diagonal. B does not change when s and y are divided by one number, so they
 * are stored with sᵀy = 1: D = I, and pairs of very different lengths stand side by side.
 */
export interface CompactMatrix {
  /** θ: yᵀy / sᵀy of the newest correction; 1 when there are none. */
  readonly theta: number
  /** Oldest first. */
  readonly corrections: readonly Correction[]
  /** Their products over all coordinates. */
  readonly gram: Gram
  /** M, 2k × 2k, row by row. */
  readonly middle: Float64Array
}

/** B = I. */
export const identityMatrix: CompactMatrix = {
  theta: 1,
  corrections: [],
  gram: emptyGram,
  middle: new Float64Array(0),
}

/**
 * B after one more step, the oldest forgotten where there are more than `memory`; B = I where rounding has made it
 * indefinite.
 *
 * @param s the step
 * @param y the change of the gradient
 * @param curvature sᵀy > 0
 */
export function updatedMatrix(
  matrix: CompactMatrix,
  s: Float64Array,
  y: Float64Array,
  curvature: number,
  memory: number,
): CompactMatrix {
  const factor = 1 / Math.sqrt(curvature)
  const newest = { s: s.map(value => factor * value), y: y.map(value => factor * value) }
  const forgotten = Math.max(0, matrix.corrections.length + 1 - memory)
  const corrections = [...matrix.corrections.slice(forgotten), newest]
  const gram = extended(withoutOldest(matrix.gram, forgotten), corrections)
  const k = corrections.length
  const theta = gram.yy.get(k - 1, k - 1)
  const solve = blockSolver(Matrix.eye(k), strictlyLower(gram.sy), Matrix.mul(gram.ss, theta))
  if (solve === undefined) return identityMatrix
  return { theta, corrections, gram, middle: Float64Array.from(solve(Matrix.eye(2 * k)).to1DArray()) }
}

/** What stands below the diagonal; 0 elsewhere. */
export function strictlyLower(of: Matrix): Matrix {
  const lower = of.clone()
  for (let i = 0; i < of.rows; i++) for (let j = i; j < of.columns; j++) lower.set(i, j, 0)
  return lower
}

/**
 * Solves [−P  Bᵀ; B  Q] u = v with P positive definite and Q + B P⁻¹ Bᵀ too, by block elimination and two Cholesky
 * decompositions: b = (Q + B P⁻¹ Bᵀ)⁻¹ (v₂ + B P⁻¹ v₁), a = P⁻¹ (Bᵀ b − v₁).
 *
 * @returns undefined where one of them is not positive definite
 */
export function blockSolver(p: Matrix, b: Matrix, q: Matrix): ((v: Matrix) => Matrix) | undefined {
  const k = p.rows
  const top = choleskyOf(p)
  if (top === undefined) return undefined
  const schur = Matrix.add(q, b.mmul(top.solve(b.transpose())))
  const bottom = choleskyOf(Matrix.add(schur, schur.transpose()).mul(0.5))
  if (bottom === undefined) return undefined
  return v => {
    const [above, below] = [v.subMatrixRow(range(0, k)), v.subMatrixRow(range(k, 2 * k))]
    const second = bottom.solve(Matrix.add(below, b.mmul(top.solve(above))))
    const first = top.solve(Matrix.sub(b.transpose().mmul(second), above))
    const solution = Matrix.zeros(2 * k, v.columns)
    return solution.setSubMatrix(first, 0, 0).setSubMatrix(second, k, 0)
  }
}

function choleskyOf(matrix: Matrix): CholeskyDecomposition | undefined {
  if (!matrix.to1DArray().every(Number.isFinite)) return undefined
  const decomposition = new CholeskyDecomposition(matrix)
  return decomposition.isPositiveDefinite() ? decomposition : undefined
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}

/** Wᵀv: 2k numbers. */
export function timesCorrections({ theta, corrections }: CompactMatrix, v: Float64Array): Float64Array {
  const k = corrections.length
  const products = new Float64Array(2 * k)
  corrections.forEach(({ s, y }, j) => {
    let [sv, yv] = [0, 0]
    for (let i = 0; i < v.length; i++) {
      const value = v[i] ?? NaN
      sv += (s[i] ?? NaN) * value
      yv += (y[i] ?? NaN) * value
    }
    products[j] = yv
    products[k + j] = theta * sv
  })
  return products
}

/** M u, for u of 2k numbers. */
export function timesMiddle({ middle }: CompactMatrix, u: Float64Array): Float64Array {
  const size = u.length
  const product = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    let sum = 0
    for (let j = 0; j < size; j++) sum += (middle[i * size + j] ?? NaN) * (u[j] ?? NaN)
    product[i] = sum
  }
  return product
}
