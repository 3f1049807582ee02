import { EigenvalueDecomposition, Matrix } from 'ml-matrix'

/** A plane through a cloud of points. */
export interface PrincipalPlane {
  /** The mean of the points, where the plane's coordinates are 0. */
  readonly origin: Float64Array
  /** Two orthonormal directions, the one of the larger variance first. */
  readonly directions: readonly [Float64Array, Float64Array]
  /** Which parts of the variance, Σ ‖θᵢ − origin‖², lie along each: together 1 where all points are in the plane. */
  readonly shares: readonly [number, number]
  /** The coordinates of a point's projection onto the plane. */
  readonly project: (point: Float64Array) => [number, number]
  /** The point of the plane with these coordinates. */
  readonly point: (a: number, b: number) => Float64Array
}

/**
 * The plane that shows most of a trajectory: its two leading principal components (Li, Xu, Taylor, Studer and Goldstein
 * 2018, Visualizing the loss landscape of neural nets, section 7). Random directions show nothing of one: in many
 * dimensions they are orthogonal to it.
 *
 * From the Gram matrix of the k centred points, Cᵢⱼ = (θᵢ − θ̄)·(θⱼ − θ̄) = Σ λ uuᵀ: direction d = Σᵢ uᵢ (θᵢ − θ̄) / √λ.
 * So it takes k² products of vectors, and no matrix of their size. The sign of each direction is such that the last
 * point's coordinate is not negative.
 *
 * @param points k ≥ 3 vectors of one size, not all on one line; of several trajectories, one after the other
 * @throws RangeError when there are fewer, their sizes differ, or they span no plane
 *
 * @example
 * const plane = principalPlane([[0, 0, 5], [2, 0, 5], [0, 1, 5], [2, 1, 5]].map(each => Float64Array.from(each)))
 * plane.shares // [0.8, 0.2]
 */
export function principalPlane(points: readonly Float64Array[]): PrincipalPlane {
  const [first] = points
  if (first === undefined || points.length < 3)
    throw new RangeError(`principalPlane needs three points or more; got ${points.length}`)
  const other = points.findIndex(point => point.length !== first.length)
  if (other >= 0)
    throw new RangeError(
      `principalPlane: point ${other} has ${points[other]?.length ?? 0} numbers, the first ${first.length}`,
    )
  const origin = first.map((_, i) => points.reduce((sum, point) => sum + (point[i] ?? 0), 0) / points.length)
  const centred = points.map(point => point.map((x, i) => x - (origin[i] ?? 0)))
  const gram = new Matrix(centred.map(a => centred.map(b => dot(a, b))))
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true })
  const variance = gram.trace()
  // Ascending.
  const [second, largest] = realEigenvalues.slice(-2)
  if (!(second !== undefined && largest !== undefined && second > 1e-12 * variance))
    throw new RangeError('principalPlane: the points lie on one line, or are one point; they span no plane')
  const direction = (fromEnd: number, value: number): Float64Array => {
    const weights = eigenvectorMatrix.getColumn(points.length - fromEnd)
    const sum = combination(centred, weights, Math.sqrt(value))
    return dot(sum, centred.at(-1) ?? sum) < 0 ? sum.map(x => -x) : sum
  }
  const [d1, d2] = [direction(1, largest), direction(2, second)]
  return Object.freeze({
    origin,
    directions: [d1, d2] as const,
    shares: [largest / variance, second / variance] as const,
    project: (point: Float64Array): [number, number] => {
      if (point.length !== origin.length)
        throw new RangeError(
          `project: the point has ${point.length} numbers, the plane lies among ${origin.length}`,
        )
      const there = point.map((x, i) => x - (origin[i] ?? 0))
      return [dot(there, d1), dot(there, d2)]
    },
    point: (a: number, b: number) => origin.map((x, i) => x + a * (d1[i] ?? 0) + b * (d2[i] ?? 0)),
  })
}

function combination(
  vectors: readonly Float64Array[],
  weights: readonly number[],
  divisor: number,
): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const [k, vector] of vectors.entries()) {
    const weight = (weights[k] ?? 0) / divisor
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + weight * (vector[i] ?? 0)
  }
  return sum
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
