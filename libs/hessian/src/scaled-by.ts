import { type LinearOperator, madeOfOne } from './linear-operator.ts'
import { scaled } from './vectors.ts'

/**
 * A multiple of an operator: x ↦ c · A x. With c = −1 its largest eigenvalue is minus the smallest of A.
 *
 * @throws RangeError when c is not finite
 *
 * @example
 * await scaledBy(-1, diagonalMatrix([1, 2])).apply(Float64Array.of(1, 1)) // [-1, -2]
 */
export function scaledBy(factor: number, operator: LinearOperator): LinearOperator {
  if (!Number.isFinite(factor)) throw new RangeError(`the factor is ${factor}; it must be finite`)
  return madeOfOne(operator, operator.size, async (x, product) => scaled(await product(x), factor))
}
