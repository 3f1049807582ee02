/**
 * Called as a long step moves on, at most about a hundred times a step.
 *
 * @param done how much is done, in the unit that `label` names.
 * @param total how much there is.
 * @param label what is being done, such as `CIFAR-10: downloading (bytes)`.
 */
export type OnProgress = (done: number, total: number, label: string) => void

/** How a data set that may have to be fetched is asked for. */
export interface FetchOptions {
  /** Told of each step of a fetch; never called when everything is in the cache. Default: nothing is told. */
  readonly onProgress?: OnProgress
}

/** Reports only when another hundredth of the total is done. */
export function byHundredths(onProgress: OnProgress, total: number, label: string): (done: number) => void {
  let last = -1
  return done => {
    const hundredth = Math.floor((100 * done) / total)
    if (hundredth === last) return
    last = hundredth
    onProgress(done, total, label)
  }
}
