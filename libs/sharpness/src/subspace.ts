/** The span of the columns of an n × p matrix A, in which a metric looks. It holds no tensors. */
export interface Subspace {
  /** n. */
  readonly size: number
  /** p. */
  readonly dimension: number
  /** A y, n numbers. */
  readonly expand: (y: Float64Array) => Float64Array
  /** Aᵀ g, p numbers. */
  readonly project: (g: Float64Array) => Float64Array
  /** A⁺ x = (AᵀA)⁻¹ Aᵀ x, p numbers: the coordinates of the point of the subspace that is nearest to x. */
  readonly coordinates: (x: Float64Array) => Float64Array
}

/** All n dimensions: A = I. */
export function wholeSpace(size: number): Subspace {
  const same = (name: string) => (x: Float64Array) => {
    checkSize(name, x, size)
    return x
  }
  return Object.freeze({
    size,
    dimension: size,
    expand: same('y'),
    project: same('g'),
    coordinates: same('x'),
  })
}

export function checkSize(name: string, x: Float64Array, size: number): void {
  if (x.length !== size) throw new RangeError(`${name} has ${x.length} numbers; it must have ${size}`)
}
