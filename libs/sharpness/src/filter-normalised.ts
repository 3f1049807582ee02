import { randomStream } from '@flatland/tensor'
import { dot, type Plane, planeAlong } from './plane.ts'
import { checkSize } from './subspace.ts'

/** What a filter-normalised direction is made from. */
export interface FilterNormalisation {
  /** θ as one vector. */
  readonly theta: Float64Array
  /** The shapes of its tensors, in order; the last dimension is that of the filters, or units. */
  readonly shapes: readonly (readonly number[])[]
  /** Fixes the direction. */
  readonly seed: number
}

/**
 * A random direction that is as long, filter by filter, as the network (Li, Xu, Taylor, Studer and Goldstein 2018, Visualizing the
 * loss landscape of neural nets, section 4):
 *
 *   dᵢ ← dᵢ ‖θᵢ‖ / ‖dᵢ‖  for the weights of each filter or unit i, d normal,
 *
 * so that a network whose filters are scaled, which a batch normalisation behind them undoes, has the same picture. Biases, and
 * scales and shifts of normalisations, stay where they are, as in the paper's own figures.
 *
 * @returns d, of θ's size
 * @throws RangeError when the shapes do not hold as many numbers as θ
 *
 * @example
 * // Two units of two weights each, and their biases
 * const d = filterNormalisedDirection({ theta: Float64Array.of(3, 0, 4, 0, 1, 1), shapes: [[2, 2], [2]], seed: 1 })
 * Math.hypot(d[0], d[2]) // 5
 * [d[1], d[3], d[4], d[5]] // [0, 0, 0, 0]
 */
export function filterNormalisedDirection({ theta, shapes, seed }: FilterNormalisation): Float64Array {
  const sizes = shapes.map(shape => shape.reduce((a, b) => a * b, 1))
  const total = sizes.reduce((a, b) => a + b, 0)
  checkSize('θ', theta, total)
  const direction = new Float64Array(total)
  const stream = randomStream(seed)
  let offset = 0
  for (const [i, size] of sizes.entries()) {
    const shape = shapes[i] ?? []
    const filters = shape.at(-1) ?? 1
    if (shape.length > 1) {
      const normal = stream.fork(`tensor ${i}`).normal(size)
      for (let filter = 0; filter < filters; filter++)
        scaleFilter(normal, theta, direction, { offset, size, filter, filters })
    }
    offset += size
  }
  return direction
}

/** Every `filters`-th number of a tensor from `filter` on is of one filter. */
function scaleFilter(
  normal: Float32Array,
  theta: Float64Array,
  direction: Float64Array,
  at: { readonly offset: number; readonly size: number; readonly filter: number; readonly filters: number },
): void {
  const { offset, size, filter, filters } = at
  let [ofTheta, ofNormal] = [0, 0]
  for (let i = filter; i < size; i += filters) {
    ofTheta += (theta[offset + i] ?? 0) ** 2
    ofNormal += (normal[i] ?? 0) ** 2
  }
  const scale = Math.sqrt(ofTheta / ofNormal)
  for (let i = filter; i < size; i += filters) direction[offset + i] = scale * (normal[i] ?? 0)
}

/**
 * The plane through a network along two filter-normalised directions, of seeds 2s and 2s + 1, which are nearly orthogonal and are
 * made so: the second loses what it has of the first. Coordinates of 1 are as far away as the network is from 0.
 *
 * @throws RangeError as `filterNormalisedDirection` does, and when no tensor has filters
 *
 * @example
 * const theta = Float64Array.of(3, 1, 4, 2, 0, 0, 5, 1)
 * const plane = filterNormalisedPlane({ theta, shapes: [[4, 2]], seed: 1 })
 * plane.project(theta) // [0, 0]
 */
export function filterNormalisedPlane({ seed, ...network }: FilterNormalisation): Plane {
  const first = filterNormalisedDirection({ ...network, seed: 2 * seed })
  const second = filterNormalisedDirection({ ...network, seed: 2 * seed + 1 })
  const square = dot(first, first)
  if (!(square > 0))
    throw new RangeError(
      'filterNormalisedPlane: no tensor of θ has filters, or all are 0: there is no direction',
    )
  const shared = dot(first, second) / square
  const rest = second.map((value, i) => value - shared * (first[i] ?? 0))
  return Object.freeze(planeAlong(network.theta, [first, rest]))
}
