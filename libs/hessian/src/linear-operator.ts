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
  apply: Product
  /**
   * How far a product is off: about ‖computed − Ax‖ / (‖A‖ ‖x‖). Bounds of eigenvalues are widened by it, and a
   * curvature within it counts as zero. Default: `float32Error`, since products of networks are in float32.
   */
  readonly relativeError?: number
  /**
   * The same operator for many products, between which it may keep what does not depend on x. Each algorithm opens it
   * and closes it at its end. Default: `apply`, which keeps nothing.
   */
  readonly open?: () => OpenOperator
}

export type Product = (x: Float64Array) => Float64Array | Promise<Float64Array>

/** An operator while many products are taken. */
export interface OpenOperator {
  readonly apply: Product
  /** Gives back what was kept. */
  readonly close: () => void
}

/** What float32 leaves of a product of a network: some ten roundings of 6e-8. */
export const float32Error = 1e-6

/** The stated error of an operator's products, or that of float32. */
export function relativeErrorOf(operator: LinearOperator): number {
  return operator.relativeError ?? float32Error
}

/** Opens an operator, or what stands in for that where it cannot be opened. */
export function openOperator(operator: LinearOperator): OpenOperator {
  return operator.open?.() ?? { apply: x => operator.apply(x), close: () => undefined }
}

/**
 * An operator that is made of others, and opens and closes them.
 *
 * @param combine from their products to its own
 */
export function madeOf(
  parts: readonly LinearOperator[],
  about: Required<Pick<LinearOperator, 'size' | 'relativeError'>>,
  combine: (products: readonly Product[]) => Product,
): LinearOperator {
  return Object.freeze({
    ...about,
    apply: combine(parts.map(part => (x: Float64Array) => part.apply(x))),
    open: () => {
      const opened: OpenOperator[] = []
      const close = (): void => {
        for (const part of opened) part.close()
      }
      try {
        for (const part of parts) opened.push(openOperator(part))
      } catch (error) {
        close()
        throw error
      }
      return { apply: combine(opened.map(({ apply }) => apply)), close }
    },
  })
}

/** An operator of this size that is made of another one, from x and the product of that one. */
export function madeOfOne(
  operator: LinearOperator,
  size: number,
  apply: (x: Float64Array, product: Product) => ReturnType<Product>,
): LinearOperator {
  const about = { size, relativeError: relativeErrorOf(operator) }
  return madeOf(
    [operator],
    about,
    ([product = operator.apply]) =>
      x =>
        apply(x, product),
  )
}
