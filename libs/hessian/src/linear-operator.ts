/**
 * A real symmetric matrix A that is known only by its products: all that the algorithms of this package ask for.
 * The Hessian of a network is one, and so is a dense matrix.
 *
 * Symmetry is assumed, not checked; `symmetryError` measures it.
 *
 * @example
 * const twice = { size: 2, relativeError: 0, apply: x => x.map(value => 2 * value) }
 * const { rows } = await explicitMatrix(twice)
 * rows // [[2, 0], [0, 2]]
 */
export interface LinearOperator {
  /** Number of rows and of columns, at least 1. */
  readonly size: number
  /**
   * y = A x, a new array of `size` numbers that the caller may change. `x` must be neither changed nor kept.
   * Products of networks take a while, and so may be asynchronous.
   */
  apply(x: Float64Array): Float64Array | Promise<Float64Array>
  /**
   * How far a product is off: about ‖computed − Ax‖ / (‖A‖ ‖x‖). Bounds of eigenvalues are widened by it, and a
   * curvature within it counts as zero. Default: `float32Error`, since products of networks are in float32.
   */
  readonly relativeError?: number
}

/** What float32 leaves of a product of a network: some ten roundings of 6e-8. */
export const float32Error = 1e-6

/** The stated error of an operator's products, or that of float32. */
export function relativeErrorOf(operator: LinearOperator): number {
  return operator.relativeError ?? float32Error
}
