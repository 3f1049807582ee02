import { type BatchOptions, type LossAndGradient, lossFunction, type Objective } from '@flatland/hessian'
import { refuseRandom } from './refuse-random.ts'

/** A loss on the host, and where to look: what `lossFunction` makes of an objective, or a formula in float64. */
export interface HostLoss {
  /** θ. */
  readonly start: Float64Array
  readonly valueAndGradient: (theta: Float64Array) => LossAndGradient | Promise<LossAndGradient>
}

/**
 * An objective as a function on the host; one that is so already is taken as it is.
 *
 * @throws RangeError (a rejection) when two evaluations at θ differ
 */
export async function openLoss(
  f: Objective | HostLoss,
  { batchSize, signal }: BatchOptions,
): Promise<HostLoss & { readonly dispose: () => void }> {
  if (!('loss' in f)) return { ...f, dispose: () => undefined }
  const options = { signal, ...(batchSize === undefined ? {} : { batchSize }) }
  await refuseRandom(f, options)
  return lossFunction(f, options)
}
