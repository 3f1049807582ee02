import { denseEigen } from './dense-eigen.ts'
import type { DescentPoint, GradientNormDescent } from './gradient-norm-descent.ts'
import { type LanczosDecomposition, lanczos } from './lanczos.ts'
import { addScaled, combination, dot, norm } from './vectors.ts'

/**
 * Newton on ½‖g‖², damped after Levenberg and Marquardt: among the d of the Krylov subspace of H and g, spanned by the
 * orthonormal V of m Lanczos steps, the one with the least
 *
 *   ‖g + H d‖² + μ‖d‖² = ‖ ‖g‖ e₁ + T y ‖² + μ‖y‖²,   d = V y,   T of m + 1 rows,
 *
 * which without μ is MINRES' step (Paige and Saunders 1975), and with it needs no product more for another μ. A step
 * that lowers ‖g‖ is taken; μ follows from how well the linear model foretold it (Nielsen 1999; Madsen, Nielsen and
 * Tingleff 2004, section 3.2). As H may be indefinite or singular, CG on H d = −g is not an option.
 */
export function gradientNormNewton(dimension: number): GradientNormDescent {
  // Of the largest eigenvalue of TᵀT.
  let damping = 1e-3
  return async (walk, here) => {
    const decomposition = await walk.withHessian(here.theta, operator =>
      lanczos(operator, here.gradient, {
        steps: Math.min(dimension, here.theta.length),
        signal: walk.signal,
      }),
    )
    const model = linearModel(decomposition, here.gradientNorm)
    let growth = 2
    for (let attempt = 0; attempt < ATTEMPTS && model.largest > 0; attempt++) {
      const y = model.step(damping * model.largest)
      const theta = here.theta.slice()
      addScaled(theta, 1, combination(decomposition.basis, y, theta.length))
      const next = await walk.look(theta)
      if (next.gradientNorm < here.gradientNorm) {
        const gain = fall(here, next) / model.foretold(y)
        damping = Math.max(LEAST_DAMPING, damping * Math.max(1 / 3, 1 - (2 * gain - 1) ** 3))
        return next
      }
      damping *= growth
      growth *= 2
    }
    return undefined
  }
}

/** ‖g‖² − ‖g′‖². */
function fall(before: DescentPoint, after: DescentPoint): number {
  return before.gradientNorm ** 2 - after.gradientNorm ** 2
}

interface LinearModel {
  /** The largest eigenvalue of TᵀT. */
  readonly largest: number
  /** y for a damping μ: −(TᵀT + μ)⁻¹ Tᵀ ‖g‖ e₁. */
  readonly step: (mu: number) => Float64Array
  /** ‖g‖² − ‖ ‖g‖ e₁ + T y ‖². */
  readonly foretold: (y: Float64Array) => number
}

function linearModel(
  { diagonal, offDiagonal, residualNorm }: LanczosDecomposition,
  gradientNorm: number,
): LinearModel {
  const count = diagonal.length
  const beside = (i: number): number => offDiagonal[i] ?? residualNorm
  // The columns of T, m + 1 numbers each.
  const columns = diagonal.map((value, j) => {
    const column = new Float64Array(count + 1)
    column[j] = value
    if (j > 0) column[j - 1] = beside(j - 1)
    column[j + 1] = beside(j)
    return column
  })
  const { values, vectors } = denseEigen(columns.map(a => columns.map(b => dot(a, b))))
  // Tᵀ ‖g‖ e₁.
  const right = Float64Array.from(columns, column => gradientNorm * (column[0] ?? NaN))
  return {
    largest: values.at(-1) ?? NaN,
    step: mu => {
      const coefficients = Float64Array.from(
        vectors,
        (vector, j) => -dot(vector, right) / (Math.max(0, values[j] ?? NaN) + mu),
      )
      return combination(vectors, coefficients, count)
    },
    foretold: y => {
      const left = combination(columns, y, count + 1)
      left[0] = (left[0] ?? NaN) + gradientNorm
      return gradientNorm ** 2 - norm(left) ** 2
    },
  }
}

/** The damping then has grown by more than 10¹⁵. */
const ATTEMPTS = 10

/** Below it lie the squares of what float32 products are off. */
const LEAST_DAMPING = 1e-12
