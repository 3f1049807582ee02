import { type LinearOperator, madeOfOne } from './linear-operator.ts'
import { addScaled } from './vectors.ts'

/**
 * A damped operator: x ↦ A x + c x, all eigenvalues moved by c. Damping makes a Hessian positive definite, as Newton steps
 * and log-determinants need it.
 *
 * @throws RangeError when c is not finite
 *
 * @example
 * await shiftedBy(5, diagonalMatrix([1, 2])).apply(Float64Array.of(1, 1)) // [6, 7]
 */
export function shiftedBy(shift: number, operator: LinearOperator): LinearOperator {
  if (!Number.isFinite(shift)) throw new RangeError(`the shift is ${shift}; it must be finite`)
  return madeOfOne(operator, operator.size, async (x, product) => {
    const y = Float64Array.from(await product(x))
    addScaled(y, shift, x)
    return y
  })
}
