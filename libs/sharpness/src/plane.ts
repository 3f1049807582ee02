import { checkSize } from './subspace.ts'

/** A plane among parameter vectors, with orthogonal axes. */
export interface Plane {
  /** Where both coordinates are 0. */
  readonly origin: Float64Array
  readonly directions: readonly [Float64Array, Float64Array]
  /** The coordinates of a point's projection onto the plane. */
  readonly project: (point: Float64Array) => [number, number]
  /** The point of the plane with these coordinates. */
  readonly point: (a: number, b: number) => Float64Array
}

/** The plane through a point along two directions that are orthogonal, of any lengths above 0. */
export function planeAlong(origin: Float64Array, directions: readonly [Float64Array, Float64Array]): Plane {
  const [d1, d2] = directions
  const [s1, s2] = [dot(d1, d1), dot(d2, d2)]
  return {
    origin,
    directions,
    project: point => {
      checkSize('the point', point, origin.length)
      const there = difference(point, origin)
      return [dot(there, d1) / s1, dot(there, d2) / s2]
    },
    point: (a, b) => {
      const point = new Float64Array(origin.length)
      for (let i = 0; i < point.length; i++) point[i] = (origin[i] ?? 0) + a * (d1[i] ?? 0) + b * (d2[i] ?? 0)
      return point
    },
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

export function difference(a: Float64Array, b: Float64Array): Float64Array {
  const rest = new Float64Array(a.length)
  for (let i = 0; i < rest.length; i++) rest[i] = (a[i] ?? 0) - (b[i] ?? 0)
  return rest
}
