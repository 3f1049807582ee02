import type { Box } from './box.ts'
import { breakpointHeap } from './breakpoint-heap.ts'
import { type CompactMatrix, timesCorrections, timesMiddle } from './l-bfgs-b-matrix.ts'

export interface CauchyPoint {
  readonly point: Float64Array
  /** The coordinates that have not met a bound on the way, ascending. */
  readonly free: Int32Array
  /** Wᵀ(point − x), 2k numbers. */
  readonly offset: Float64Array
}

/**
 * The generalised Cauchy point (Byrd, Lu, Nocedal and Zhu 1995, algorithm CP): the first minimum of the model
 *
 *     m(x + z) = f + gᵀz + ½ zᵀBz
 *
 * along the path P(x − t g), t ≥ 0, which bends at each breakpoint where a coordinate meets its bound. A piece of it
 * costs O(k²), whatever the number of coordinates, with k the number of corrections. Where several coordinates meet their
 * bounds at one step they are passed one after the other, as in the paper: the search may end between them.
 *
 * @param x a point of the box that is not stationary in it
 */
export function cauchyPoint(
  x: Float64Array,
  gradient: Float64Array,
  box: Box,
  matrix: CompactMatrix,
): CauchyPoint {
  const { theta } = matrix
  const { breakpoints, direction, squared } = openPath(x, gradient, box)
  const path = timesCorrections(matrix, direction)
  const offset = new Float64Array(path.length)
  const point = x.slice()
  const met = new Uint8Array(x.length)
  const floor = Math.max(Number.MIN_VALUE, Number.EPSILON * theta * squared)
  let slope = -squared
  let curvature = Math.max(floor, theta * squared - dot(path, timesMiddle(matrix, path)))
  let time = 0
  const heap = breakpointHeap(breakpoints)
  while (heap.nearest() - time <= -slope / curvature) {
    const passed = heap.nearest() - time
    time = heap.nearest()
    const i = heap.pop()
    const along = direction[i] ?? NaN
    point[i] = (along > 0 ? box.upper[i] : box.lower[i]) ?? NaN
    direction[i] = 0
    met[i] = 1
    addScaled(offset, passed, path)
    const row = rowOf(matrix, i)
    const image = timesMiddle(matrix, row)
    const moved = (point[i] ?? NaN) - (x[i] ?? NaN)
    slope += passed * curvature + along * (along - theta * moved + dot(image, offset))
    curvature += along * (2 * dot(image, path) - along * (theta + dot(image, row)))
    curvature = Math.max(floor, curvature)
    addScaled(path, -along, row)
  }
  const rest = direction.some(along => along !== 0) ? Math.max(0, -slope / curvature) : 0
  for (let i = 0; i < x.length; i++) {
    if (direction[i] !== 0) point[i] = (x[i] ?? NaN) + (time + rest) * (direction[i] ?? NaN)
  }
  addScaled(offset, rest, path)
  return { point, free: freeOf(x, gradient, box, met), offset }
}

/** Where the path bends, where it leads first, and ‖d‖². A coordinate held by its bound does not move. */
function openPath(
  x: Float64Array,
  gradient: Float64Array,
  { lower, upper }: Box,
): { breakpoints: Float64Array; direction: Float64Array; squared: number } {
  const breakpoints = new Float64Array(x.length).fill(Infinity)
  const direction = new Float64Array(x.length)
  let squared = 0
  for (let i = 0; i < x.length; i++) {
    const along = -(gradient[i] ?? NaN)
    const room = along < 0 ? (x[i] ?? NaN) - (lower[i] ?? NaN) : (upper[i] ?? NaN) - (x[i] ?? NaN)
    if (along === 0 || room <= 0) continue
    breakpoints[i] = room / Math.abs(along)
    direction[i] = along
    squared += along * along
  }
  return { breakpoints, direction, squared }
}

/** The coordinates that met no bound on the way and are not held by one. */
function freeOf(x: Float64Array, gradient: Float64Array, { lower, upper }: Box, met: Uint8Array): Int32Array {
  const free = new Int32Array(x.length)
  let count = 0
  for (let i = 0; i < x.length; i++) {
    const [at, slope] = [x[i] ?? NaN, gradient[i] ?? NaN]
    const held = lower[i] === upper[i] || (at === lower[i] && slope >= 0) || (at === upper[i] && slope <= 0)
    if (!held && met[i] === 0) free[count++] = i
  }
  return free.slice(0, count)
}

/** The row of W of one coordinate. */
function rowOf({ theta, corrections }: CompactMatrix, i: number): Float64Array {
  const k = corrections.length
  const row = new Float64Array(2 * k)
  for (let j = 0; j < k; j++) {
    row[j] = corrections[j]?.y[i] ?? NaN
    row[k + j] = theta * (corrections[j]?.s[i] ?? NaN)
  }
  return row
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? NaN) * (b[i] ?? NaN)
  return sum
}

function addScaled(target: Float64Array, factor: number, x: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? NaN) + factor * (x[i] ?? NaN)
}
