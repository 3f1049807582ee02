import type { Plane } from './plane.ts'

/** What is measured at a point: a number, or several by name. It gets a θ of its own, and moves no model. */
export type PointMeasure<V extends object> = (theta: Float64Array) => V | Promise<V>

export interface SliceOptions {
  /** Ends the work between two points: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Told after each point how many are done, of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * What is measured along a path through parameter space: one row a point, as charts take them.
 *
 * @param path from α to θ: `straightPath`, `curvedPath`, or the way along a direction
 * @param alphas where; figure 3 of Keskar et al. 2016 has 25 from −1 to 2: `equallySpaced(-1, 2, 25)`
 * @param measure e.g. `lossAndAccuracy` of a model's training or test data, or `extremeEigenvalues`
 * @throws RangeError (a rejection) when an α is not finite
 *
 * @example
 * const path = straightPath(Float64Array.of(0), Float64Array.of(2))
 * const rows = await alongPath(path, [0, 0.5, 1], ([x]) => ({ loss: x ** 2 }))
 * rows // [{ alpha: 0, loss: 0 }, { alpha: 0.5, loss: 1 }, { alpha: 1, loss: 4 }]
 */
export async function alongPath<V extends object>(
  path: (alpha: number) => Float64Array,
  alphas: readonly number[],
  measure: PointMeasure<V>,
  options: SliceOptions = {},
): Promise<(V & { alpha: number })[]> {
  const at = alphas.map(alpha => ({ alpha }))
  return atPoints(at, ({ alpha }) => path(alpha), measure, options)
}

/**
 * What is measured over a grid in a plane: one row a point, those of one b next to each other.
 *
 * @param plane `filterNormalisedPlane`, `planeThrough` or `principalPlane`
 * @param grid coordinates along both axes
 * @throws RangeError (a rejection) when a coordinate is not finite
 *
 * @example
 * const plane = planeThrough(Float64Array.of(0, 0), Float64Array.of(1, 0), Float64Array.of(0, 1))
 * const rows = await overPlane(plane, { a: [0, 1], b: [3] }, ([x, y]) => ({ loss: x * y }))
 * rows // [{ a: 0, b: 3, loss: 0 }, { a: 1, b: 3, loss: 3 }]
 */
export async function overPlane<V extends object>(
  plane: Plane,
  grid: { readonly a: readonly number[]; readonly b: readonly number[] },
  measure: PointMeasure<V>,
  options: SliceOptions = {},
): Promise<(V & { a: number; b: number })[]> {
  const at = grid.b.flatMap(b => grid.a.map(a => ({ a, b })))
  return atPoints(at, ({ a, b }) => plane.point(a, b), measure, options)
}

/**
 * So many numbers from one to another, both included.
 *
 * @throws RangeError when there are fewer than two
 *
 * @example
 * equallySpaced(-1, 2, 4) // [-1, 0, 1, 2]
 */
export function equallySpaced(from: number, to: number, count: number): number[] {
  if (!Number.isInteger(count) || count < 2)
    throw new RangeError(`equallySpaced: the count is ${count}; it must be a whole number from 2 on`)
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1))
}

async function atPoints<C extends Readonly<Record<string, number>>, V extends object>(
  points: readonly C[],
  thetaAt: (point: C) => Float64Array,
  measure: PointMeasure<V>,
  { signal, onProgress }: SliceOptions,
): Promise<(V & C)[]> {
  for (const point of points)
    for (const [name, value] of Object.entries(point))
      if (!Number.isFinite(value))
        throw new RangeError(`a point of the slice has ${name} = ${value}; it must be finite`)
  const rows: (V & C)[] = []
  for (const point of points) {
    signal?.throwIfAborted()
    rows.push({ ...point, ...(await measure(thetaAt(point))) })
    onProgress?.(rows.length, points.length)
  }
  return rows
}
