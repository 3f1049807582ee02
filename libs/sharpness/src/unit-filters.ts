import { checkSize } from './subspace.ts'

/** A network as a vector, and which of its tensors are to be scaled. */
export interface FilterScaling {
  /** θ as one vector. */
  readonly theta: Float64Array
  /** The shapes of its tensors, in order; the last dimension is that of the filters, or units. */
  readonly shapes: readonly (readonly number[])[]
  /** Whether the weights of tensor i are followed by a batch normalisation, so that their scale does not matter. */
  readonly isNormalised: (tensor: number) => boolean
}

/**
 * Scales the incoming weights of each filter, or unit, before a batch normalisation to length 1. The normalisation with the
 * statistics of its batch takes the scale away again, but for its ε: so the function stays as it is, and what a measure of
 * sharpness still tells of two networks is not the scale of their weights, by which Keskar's φ and others differ (see
 * `invariances`).
 *
 * @returns a new vector
 * @throws RangeError when the shapes do not hold as many numbers as θ, or a filter is 0
 *
 * @example
 * // Two units of two weights each, and their biases
 * const theta = Float64Array.of(3, 0, 4, 2, 1, 1)
 * unitFilters({ theta, shapes: [[2, 2], [2]], isNormalised: i => i === 0 }) // [0.6, 0, 0.8, 1, 1, 1]
 */
export function unitFilters({ theta, shapes, isNormalised }: FilterScaling): Float64Array {
  const sizes = shapes.map(shape => shape.reduce((a, b) => a * b, 1))
  checkSize(
    'θ',
    theta,
    sizes.reduce((a, b) => a + b, 0),
  )
  const scaled = theta.slice()
  let offset = 0
  for (const [i, size] of sizes.entries()) {
    const filters = shapes[i]?.at(-1) ?? 1
    if (isNormalised(i))
      for (let filter = 0; filter < filters; filter++)
        scaleToOne(scaled.subarray(offset, offset + size), filter, filters, i)
    offset += size
  }
  return scaled
}

/** Every `filters`-th number from `filter` on is of one filter. */
function scaleToOne(tensor: Float64Array, filter: number, filters: number, place: number): void {
  let square = 0
  for (let i = filter; i < tensor.length; i += filters) square += (tensor[i] ?? 0) ** 2
  if (!(square > 0))
    throw new RangeError(`unitFilters: filter ${filter} of tensor ${place} is 0; it has no direction`)
  const length = Math.sqrt(square)
  for (let i = filter; i < tensor.length; i += filters) tensor[i] = (tensor[i] ?? 0) / length
}
