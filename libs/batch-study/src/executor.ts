import type { TrialProgress } from './run-trial.ts'
import type { TrialResult } from './trial-result.ts'
import type { Trial } from './trial.ts'

/** What an executor tells of a trial, which it names by its place in the list. */
export type ExecutorEvent = { readonly index: number } & (
  | { readonly kind: 'progress'; readonly progress: TrialProgress }
  /** `code` is the hash of the code that ran, see `codeHash`. */
  | {
      readonly kind: 'done'
      readonly result: TrialResult
      /** The parameters of `result.kept`, in its order. */
      readonly kept: readonly Float32Array[]
      readonly code: string
    }
  /** It has no result, and will have none. */
  | { readonly kind: 'failed'; readonly reason: string }
)

/** What an executor is given to run. */
export interface TrialJob {
  /** Complete. */
  readonly trial: Trial
  /** The parameters that the trial's `start` names, where it names some. */
  readonly start?: Float32Array
}

/**
 * What runs the trials of a sweep: here in processes of this machine, elsewhere in a queue for many. Trials go there and
 * results come back as plain data, parameters as typed arrays, so that nothing has to be shared, neither memory nor a disk; the store is the sweep's.
 */
export interface Executor {
  /**
   * Runs trials, in any order and as many at once as it likes.
   *
   * @param signal stops them all; what it iterates over then ends
   * @returns what happens, as it happens: of each trial `done` or `failed` once, and `progress` before. When its reader stops, it
   *   stops
   */
  readonly run: (jobs: readonly TrialJob[], signal: AbortSignal) => AsyncIterable<ExecutorEvent>
}
