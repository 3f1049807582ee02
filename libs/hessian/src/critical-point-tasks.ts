import { callExported } from './call-exported.ts'
import { withCompiled } from './compiled-objective.ts'
import type { CriticalPointFound, FindCriticalPointsOptions } from './find-critical-points.ts'
import type { WorkerSource } from './map-in-workers.ts'
import type { Objective } from './objective.ts'
import { searchFromStarts } from './search-from-starts.ts'

/** What each process of `findCriticalPointsInWorkers` is told. */
export interface CriticalPointTasks {
  readonly source: WorkerSource
  readonly options: FindCriticalPointsOptions
}

/** Where a start led, and the scale that all of them share. */
export interface CriticalPointResult {
  readonly found: CriticalPointFound
  readonly gradientScale: number
}

/** Runs in a worker: makes the objective, looks at all starts, and returns the search from one of them. */
export async function criticalPointTasks({
  source,
  options,
}: CriticalPointTasks): Promise<(start: number) => Promise<CriticalPointResult>> {
  const objective = withCompiled((await callExported(source)) as Objective)
  const { from, gradientScale } = await searchFromStarts(objective, options)
  return async start => ({ found: await from(start), gradientScale })
}
