import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { dot, type Plane, planeAlong } from './plane.ts'

/** A plane through a cloud of points, with orthonormal directions: that of the larger variance first. */
export interface PrincipalPlane extends Plane {
  /** Which parts of the variance, Σ ‖θᵢ − origin‖², lie along each: together 1 where all points are in the plane. */
  readonly shares: readonly [number, number]
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
  return Object.freeze({
    ...planeAlong(origin, [direction(1, largest), direction(2, second)]),
    shares: [largest / variance, second / variance] as const,
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
