import {
  alongPath,
  curvedPath,
  filterNormalisedPlane,
  overPlane,
  type Plane,
  planeThrough,
  principalPlane,
  straightPath,
} from '@flatland/sharpness'
import { unflatten } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { evenParts } from './even-parts.ts'
import { evaluation } from './evaluation.ts'
import { type KeptNetwork, type Normalization, type OpenNetwork, openKept, readKept } from './kept-network.ts'
import { populationStatistics } from './population-statistics.ts'
import { type StoredTasksOptions, storedTasks } from './stored-tasks.ts'

/** What of the data is looked at, at each point. */
export interface SliceData {
  /** So many of the training images: the first ones. All those held out are looked at. */
  readonly images: number
  readonly normalization: Normalization
}

/** A path from one kept network to another of the same shapes, at these α: see `straightPath` and `curvedPath`. */
export interface PathSlice extends SliceData {
  readonly kind: 'straight path' | 'curved path'
  readonly from: KeptNetwork
  readonly to: KeptNetwork
  readonly alphas: readonly number[]
}

/** A plane around a kept network, or through three of the same shapes, over a grid of coordinates. */
export type PlaneSlice = SliceData & {
  readonly a: readonly number[]
  readonly b: readonly number[]
} & (
    | { readonly kind: 'filter-normalised plane'; readonly at: KeptNetwork; readonly seed: number }
    | {
        readonly kind: 'plane through three'
        readonly through: readonly [KeptNetwork, KeptNetwork, KeptNetwork]
      }
    /** The one that shows most of some trajectories: see `principalPlane`. */
    | { readonly kind: 'principal plane'; readonly of: readonly KeptNetwork[] }
  )

/** Loss and accuracy at a point, on the training images and on those held out; `null` where the loss is not finite. */
export interface SlicePoint {
  readonly trainLoss: number | null
  readonly trainAccuracy: number
  readonly heldOutLoss: number | null
  readonly heldOutAccuracy: number
}

export type PathPoint = SlicePoint & { readonly alpha: number }
export type PlanePoint = SlicePoint & { readonly a: number; readonly b: number }

/** The rows of a slice. */
export type SliceRow<Slice> = Slice extends PathSlice ? PathPoint : PlanePoint

/**
 * Loss and accuracy of kept networks along paths or over planes, in worker processes, stored part by part: so a slice that was
 * stopped goes on where it was. The networks themselves stay as they are kept. `fixed` statistics are those of the first
 * network of each.
 *
 * @returns for each slice a row for each point, in order
 * @throws Error (a rejection) when a part cannot be computed, or was stopped; and as `storedTasks` does
 *
 * @example
 * const [rows] = await slicesOfKept([{ kind: 'straight path', from: small, to: large, alphas: equallySpaced(-1, 2, 25),
 *   images: 10_000, normalization: 'batch' }])
 */
export async function slicesOfKept<Slice extends PathSlice | PlaneSlice>(
  slices: readonly Slice[],
  options: StoredTasksOptions = {},
): Promise<SliceRow<Slice>[][]> {
  const source = { module: new URL('./kept-slice.ts', import.meta.url), name: 'keptSlice' }
  const parts = slices.map(partsOf)
  const { done, missing } = await storedTasks<SliceRow<Slice>[]>(source, parts.flat(), options)
  const [first] = missing
  if (first !== undefined)
    throw new Error(`${missing.length} parts of the slices are missing; run again to go on: ${first.reason}`)
  const rows = done.map(({ result }) => result)
  return parts.map(own => rows.splice(0, own.length).flat())
}

/** Some points of a path, or some rows of a plane, at once: little is lost when one is cut, and little spent on opening it. */
function partsOf(slice: PathSlice | PlaneSlice): (PathSlice | PlaneSlice)[] {
  if ('alphas' in slice) {
    const { alphas } = slice
    return [...evenParts(alphas.length, 7)].map(([from, size]) => ({
      ...slice,
      alphas: alphas.slice(from, from + size),
    }))
  }
  const rows = Math.max(1, Math.floor(25 / slice.a.length))
  return [...evenParts(slice.b.length, rows)].map(([from, size]) => ({
    ...slice,
    b: slice.b.slice(from, from + size),
  }))
}

/** What runs in a worker. */
export function keptSlice(): (slice: PathSlice | PlaneSlice) => Promise<(PathPoint | PlanePoint)[]> {
  return async slice => {
    const open = await openKept(firstOf(slice), { images: slice.images })
    try {
      const measure = measureOf(open, slice)
      try {
        if ('alphas' in slice) {
          const [from, to] = [open.theta, await thetaOf(slice.to)]
          const path = slice.kind === 'straight path' ? straightPath(from, to) : curvedPath(from, to)
          return await alongPath(path, slice.alphas, measure.at)
        }
        return await overPlane(await planeOf(open, slice), slice, measure.at)
      } finally {
        measure.dispose()
      }
    } finally {
      open.dispose()
    }
  }
}

function firstOf(slice: PathSlice | PlaneSlice): KeptNetwork {
  switch (slice.kind) {
    case 'filter-normalised plane':
      return slice.at
    case 'plane through three':
      return slice.through[0]
    case 'principal plane': {
      const [first] = slice.of
      if (first === undefined) throw new RangeError('a principal plane of no networks')
      return first
    }
    default:
      return slice.from
  }
}

async function planeOf({ theta, network }: OpenNetwork, slice: PlaneSlice): Promise<Plane> {
  if (slice.kind === 'plane through three') {
    const [, second, third] = slice.through
    return planeThrough(theta, await thetaOf(second), await thetaOf(third))
  }
  if (slice.kind === 'principal plane') return principalPlane(await Promise.all(slice.of.map(thetaOf)))
  const shapes = network.parameterShapes.map(({ shape }) => shape)
  return filterNormalisedPlane({ theta, shapes, seed: slice.seed })
}

async function thetaOf(kept: KeptNetwork): Promise<Float64Array> {
  return (await readKept(kept)).theta
}

/** Moves the opener's own variables, and evaluates there. */
function measureOf({ network, parameters, data, trial }: OpenNetwork, { images, normalization }: SliceData) {
  const { dtype } = trial.evaluation
  const population = populationStatistics(network, parameters)
  const fixed = normalization === 'fixed' ? population.over(data.train, images) : undefined
  const evaluate = evaluation(network, parameters, {
    dtype,
    normalization: normalization === 'fixed' ? (fixed ?? []) : normalization,
  })
  const finite = (loss: number): number | null => (Number.isFinite(loss) ? loss : null)
  return {
    at: (theta: Float64Array): SlicePoint => {
      tf.tidy(() => {
        const shapes = parameters.map(({ shape }) => shape)
        const there = unflatten(tf.tensor1d(Float32Array.from(theta)), shapes)
        parameters.forEach((parameter, i) => {
          parameter.assign(there[i] ?? parameter)
        })
      })
      const { train, heldOut } = evaluate.at(data.train, images, data.heldOut)
      return {
        trainLoss: finite(train.loss),
        trainAccuracy: train.accuracy,
        heldOutLoss: finite(heldOut.loss),
        heldOutAccuracy: heldOut.accuracy,
      }
    },
    dispose: () => {
      evaluate.dispose()
      population.dispose()
      tf.dispose(fixed ?? [])
    },
  }
}
