import {
  type KeskarSharpness,
  keskarSharpness,
  randomSubspace,
  type RandomSubspace,
} from '@flatland/sharpness'
import { type KeptNetwork, type ObjectiveChoice, openKept } from './kept-network.ts'
import { type StoredTasksOptions, storedTasks, type StoredTasksResults } from './stored-tasks.ts'

/** How sharp a kept network is to be found, as `keskarSharpness` takes it. */
export interface KeptSharpnessTask extends KeptNetwork, ObjectiveChoice {
  /** The loss is taken over so many training images: the first ones. */
  readonly images: number
  readonly epsilon: number
  /** p random directions; `null` for the whole space. */
  readonly subspace: { readonly dimension: number; readonly seed: number } | null
  readonly iterations?: number
  readonly starts?: number
  readonly signSteps?: number
  readonly seed?: number
}

/** Without the point itself, which is as large as the network. */
export type KeptSharpness = Omit<KeskarSharpness, 'point'>

/**
 * The sharpness of kept networks (metric 2.1 of Keskar et al. 2016), in worker processes, stored: see `storedTasks`.
 *
 * @throws as `storedTasks` does; a task that cannot be computed is listed in `missing`, with the reason
 *
 * @example
 * const { done } = await sharpnessOfKept([
 *   { trial, parameters: result.kept[0].sha256, images: 10_000, normalization: 'batch', batchSize: 1000, epsilon: 1e-3, subspace: null },
 * ])
 * done[0].result.value // φ
 */
export function sharpnessOfKept(
  tasks: readonly KeptSharpnessTask[],
  options: StoredTasksOptions = {},
): Promise<StoredTasksResults<KeptSharpness>> {
  const source = { module: new URL('./kept-sharpness.ts', import.meta.url), name: 'keptSharpness' }
  return storedTasks(source, tasks, options)
}

/** What runs in a worker. */
export function keptSharpness(): (task: KeptSharpnessTask) => Promise<KeptSharpness> {
  const subspaces = lastSubspace()
  return async ({ trial, parameters, images, normalization, batchSize, subspace, ...options }) => {
    const open = await openKept({ trial, parameters }, { images, heldOut: 1 })
    try {
      const objective = open.objective({ normalization, batchSize })
      const found = await keskarSharpness(objective, {
        ...options,
        ...(subspace === null ? {} : { subspace: subspaces(open.theta.length, subspace) }),
      })
      return withoutPoint(found)
    } finally {
      open.dispose()
    }
  }
}

/** The value as it is sent and kept. */
export function withoutPoint(found: KeskarSharpness): KeptSharpness {
  return Object.fromEntries(Object.entries(found).filter(([name]) => name !== 'point')) as KeptSharpness
}

/** Tasks mostly share theirs, whose numbers take a while to draw. */
function lastSubspace() {
  let last: RandomSubspace | undefined
  return (size: number, { dimension, seed }: { dimension: number; seed: number }): RandomSubspace => {
    if (last?.size !== size || last.dimension !== dimension || last.seed !== seed)
      last = randomSubspace(size, dimension, seed)
    return last
  }
}
