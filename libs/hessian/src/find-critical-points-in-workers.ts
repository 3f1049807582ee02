import type { CriticalPointResult, CriticalPointTasks } from './critical-point-tasks.ts'
import type {
  CriticalPointFound,
  CriticalPointSearch,
  FindCriticalPointsOptions,
} from './find-critical-points.ts'
import { mapInWorkers, moduleAddress, type WorkersOptions, type WorkerSource } from './map-in-workers.ts'
import { checkSearch } from './search-from-starts.ts'

/** `onProgress` is told of starts that are done; `signal` kills the workers. */
export type CriticalPointWorkersOptions = FindCriticalPointsOptions & WorkersOptions

export interface CriticalPointSearchInWorkers extends CriticalPointSearch {
  /** Starts without a result, and why: stopped by the caller, an error, a worker that died. */
  readonly missing: readonly { readonly start: number; readonly reason: string }[]
}

/**
 * `findCriticalPoints` in several processes at once. An objective cannot cross to another process, so each makes its own:
 * it calls the exported function that `source` names, which returns an objective or a promise of one.
 *
 * The points are those of `findCriticalPoints` with the same options on one thread of the same backend, in the same order,
 * for any number of workers: each looks at all starts first, for the scale. When it is stopped, or a worker dies, what was
 * found is returned, and the rest listed in `missing`. A later call stops an earlier one: see `mapInWorkers`.
 *
 * @throws RangeError (a rejection) on an option out of range, or a source as `mapInWorkers` refuses it
 * @throws Error (a rejection) when no worker can start: the module, its function or the objective fails; or a later call took
 *   over
 *
 * @example
 * // in toy.ts: export const toy = () => functionObjective([tf.scalar(0)], ([w]) => w.square().sub(1).square())
 * const source = { module: import.meta.resolve('./toy.ts'), name: 'toy' }
 * const { points, missing } = await findCriticalPointsInWorkers(source, { starts: 20, workers: 2 })
 */
export async function findCriticalPointsInWorkers(
  source: WorkerSource,
  options: CriticalPointWorkersOptions = {},
): Promise<CriticalPointSearchInWorkers> {
  const { workers, backend, signal, onProgress, ...search } = options
  checkSearch(search)
  const { starts = 10, tolerance = 1e-5, seed = 0 } = search
  const argument: CriticalPointTasks = {
    source: { ...source, module: moduleAddress(source) },
    options: search,
  }
  const tasks = Array.from({ length: typeof starts === 'number' ? starts : starts.length }, (_, i) => i)
  const { done, missing } = await mapInWorkers<CriticalPointResult>(
    { module: new URL('./critical-point-tasks.ts', import.meta.url), name: 'criticalPointTasks', argument },
    tasks,
    {
      signal,
      onProgress,
      ...(workers === undefined ? {} : { workers }),
      ...(backend === undefined ? {} : { backend }),
    },
  )
  return Object.freeze({
    points: Object.freeze(done.map(({ result }) => frozen(result.found))),
    missing: Object.freeze(missing.map(({ task, reason }) => Object.freeze({ start: task, reason }))),
    gradientScale: done[0]?.result.gradientScale ?? search.gradientScale ?? NaN,
    tolerance,
    seed,
  })
}

/** A copy from another process is frozen as the original was. */
function frozen(found: CriticalPointFound): CriticalPointFound {
  for (const part of [found.index, found.point, found.point.signs, ...found.eigenvalues]) Object.freeze(part)
  Object.freeze(found.eigenvalues)
  return Object.freeze(found)
}
