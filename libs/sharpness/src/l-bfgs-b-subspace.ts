import { Matrix } from 'ml-matrix'
import { type Box, projected } from './box.ts'
import type { CauchyPoint } from './l-bfgs-b-cauchy-point.ts'
import type { Gram } from './l-bfgs-b-gram.ts'
import { blockSolver, type CompactMatrix, strictlyLower, timesMiddle } from './l-bfgs-b-matrix.ts'

/**
 * The minimum of the model over the free coordinates, from the Cauchy point on (Byrd, Lu, Nocedal and Zhu 1995, section
 * 5.1, the direct primal method): with r the model's gradient there, and F the rows of W of the free coordinates,
 *
 *     d = −(θI − F M Fᵀ)⁻¹ r = −r/θ − F (M⁻¹ − FᵀF/θ)⁻¹ Fᵀr / θ².
 *
 * Where the box cuts d off, its end is projected onto the box, as long as that is downhill from x (Morales and Nocedal
 * 2011, section 3); otherwise d is shortened until it ends on the first bound.
 *
 * @param gram the products of the corrections over the free coordinates
 * @returns undefined where rounding has made the matrix indefinite
 */
export function subspaceMinimum(
  x: Float64Array,
  gradient: Float64Array,
  box: Box,
  matrix: CompactMatrix,
  cauchy: CauchyPoint,
  gram: Gram,
): Float64Array | undefined {
  const step = subspaceStep(x, gradient, matrix, cauchy, gram)
  if (step === undefined) return undefined
  const { point, free } = cauchy
  const end = point.slice()
  for (let at = 0; at < free.length; at++) {
    const i = free[at] ?? -1
    end[i] = (point[i] ?? NaN) + (step[at] ?? NaN)
  }
  const inside = projected(end, box)
  return slopeTo(inside, x, gradient) <= 0 ? inside : shortened(step, box, cauchy)
}

/** d, of the free coordinates alone. */
function subspaceStep(
  x: Float64Array,
  gradient: Float64Array,
  matrix: CompactMatrix,
  { point, free, offset }: CauchyPoint,
  gram: Gram,
): Float64Array | undefined {
  const { theta, corrections } = matrix
  const inverse = blockSolver(
    Matrix.eye(corrections.length).add(Matrix.mul(gram.yy, 1 / theta)),
    Matrix.sub(strictlyLower(matrix.gram.sy), gram.sy),
    Matrix.sub(matrix.gram.ss, gram.ss).mul(theta),
  )
  if (inverse === undefined) return undefined
  const negative = new Float64Array(free.length)
  for (let at = 0; at < free.length; at++) {
    const i = free[at] ?? -1
    negative[at] = -(gradient[i] ?? NaN) - theta * ((point[i] ?? NaN) - (x[i] ?? NaN))
  }
  addRows(negative, matrix, free, timesMiddle(matrix, offset))
  const products = Matrix.columnVector(rowsTimes(negative, matrix, free))
  const step = negative.map(value => value / theta)
  addRows(
    step,
    matrix,
    free,
    Float64Array.from(
      inverse(products)
        .mul(theta ** -2)
        .to1DArray(),
    ),
  )
  return step
}

/** target ← target + F u. */
function addRows(
  target: Float64Array,
  { theta, corrections }: CompactMatrix,
  free: Int32Array,
  u: Float64Array,
): void {
  corrections.forEach(({ s, y }, j) => {
    const [a, b] = [u[j] ?? NaN, theta * (u[corrections.length + j] ?? NaN)]
    for (let at = 0; at < free.length; at++) {
      const i = free[at] ?? -1
      target[at] = (target[at] ?? NaN) + a * (y[i] ?? NaN) + b * (s[i] ?? NaN)
    }
  })
}

/** Fᵀv. */
function rowsTimes(v: Float64Array, { theta, corrections }: CompactMatrix, free: Int32Array): Float64Array {
  const k = corrections.length
  const products = new Float64Array(2 * k)
  corrections.forEach(({ s, y }, j) => {
    let [sv, yv] = [0, 0]
    for (let at = 0; at < free.length; at++) {
      const [i, value] = [free[at] ?? -1, v[at] ?? NaN]
      sv += (s[i] ?? NaN) * value
      yv += (y[i] ?? NaN) * value
    }
    products[j] = yv
    products[k + j] = theta * sv
  })
  return products
}

/** gᵀ(to − x). */
function slopeTo(to: Float64Array, x: Float64Array, gradient: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += (gradient[i] ?? NaN) * ((to[i] ?? NaN) - (x[i] ?? NaN))
  return sum
}

/** As far along d from the Cauchy point as the box allows. */
function shortened(step: Float64Array, box: Box, { point, free }: CauchyPoint): Float64Array {
  let part = 1
  for (let at = 0; at < free.length; at++) {
    const [i, move] = [free[at] ?? -1, step[at] ?? NaN]
    if (move === 0) continue
    const room = ((move > 0 ? box.upper[i] : box.lower[i]) ?? NaN) - (point[i] ?? NaN)
    part = Math.min(part, Math.max(0, room / move))
  }
  const end = point.slice()
  for (let at = 0; at < free.length; at++) {
    const i = free[at] ?? -1
    end[i] = (point[i] ?? NaN) + part * (step[at] ?? NaN)
  }
  return projected(end, box)
}
