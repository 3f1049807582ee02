import { codeHash } from './code-hash.ts'
import type { Executor, ExecutorEvent } from './executor.ts'
import { localExecutor } from './local-executor.ts'
import type { TrialProgress } from './run-trial.ts'
import { trialKey } from './trial-key.ts'
import type { TrialResult } from './trial-result.ts'
import { StoreError, type TrialStore, trialStore } from './trial-store.ts'
import { checkTrial, type Trial, type TrialInput } from './trial.ts'

/** How far the sweep is: trials that have ended, of how many. */
interface Done {
  readonly done: number
  readonly total: number
}

/** What a sweep tells; `index` is the place of the trial in the list. */
export type SweepEvent = Done & { readonly index: number; readonly trial: Trial } & (
    | { readonly kind: 'progress'; readonly progress: TrialProgress }
    /** `from` the store, or run now. */
    | { readonly kind: 'result'; readonly result: TrialResult; readonly from: 'store' | 'run' }
    /** Its process died twice, or it refused to run. */
    | { readonly kind: 'failed'; readonly reason: string }
  )

export interface SweepOptions {
  /** What runs the trials. Default: processes of this machine, as many as cores. */
  readonly executor?: Executor
  /** Where results are kept. Default: the store of this machine. */
  readonly store?: TrialStore
  /** Stops the sweep within one update of each trial: its reader gets the signal's reason. What is finished is kept. */
  readonly signal?: AbortSignal
}

/**
 * Runs trials, and tells what happens: progress of each, and its result or why there is none. What the store has comes first
 * and at once; the others come in the order in which they end, and each is in the store before it is told. So a sweep that
 * was stopped, or killed, goes on where it was when it is called again, and a changed trial alone is computed. A trial that is
 * twice in the list is run once, and told twice.
 *
 * To stop, abort the signal or leave the loop; then no process is left.
 *
 * @throws TrialError before anything runs, when a trial cannot be run
 * @throws StoreError when a result cannot be kept, a full disk for one. It is told before that; those that still ran are stopped
 * @throws Error when the code was edited while the sweep ran; and the signal's reason
 *
 * @example
 * for await (const event of sweep(trials)) {
 *   if (event.kind === 'result') console.log(event.trial.batchSize, event.result.curve.at(-1)?.heldOut.accuracy)
 * }
 */
export async function* sweep(
  given: readonly TrialInput[],
  options: SweepOptions = {},
): AsyncGenerator<SweepEvent, void, undefined> {
  const { executor = localExecutor(), store = trialStore(), signal } = options
  const trials = given.map((trial, index) => checkTrial(trial, `Trial ${index}`))
  const code = codeHash()
  const total = trials.length
  let done = 0

  const wanted = new Map<string, Wanted>()
  for (const [index, trial] of trials.entries()) {
    const key = trialKey(trial, code)
    const record = wanted.has(key) ? undefined : await store.get(key)
    signal?.throwIfAborted()
    if (record === undefined) {
      const places = wanted.get(key)?.places ?? []
      wanted.set(key, { key, trial, places: [...places, index] })
    } else {
      done++
      yield { kind: 'result', index, trial, result: record.result, from: 'store', done, total }
    }
  }
  const left = [...wanted.values()]
  if (left.length === 0) return
  const halt = signal ?? new AbortController().signal
  const events = executor.run(
    left.map(({ trial }) => trial),
    halt,
  )
  for await (const event of events) {
    const one = left[event.index]
    if (one === undefined)
      throw new RangeError(`the executor told of a trial ${event.index} that it was not given`)
    const obstacle = event.kind === 'done' ? await keep(store, one, code, event) : undefined
    for (const index of one.places) {
      if (event.kind !== 'progress') done++
      yield { index, trial: one.trial, done, total, ...told(event) }
    }
    if (obstacle !== undefined) throw obstacle
  }
  signal?.throwIfAborted()
}

/** A trial that the store does not have. */
interface Wanted {
  readonly key: string
  readonly trial: Trial
  /** Where in the list it is. */
  readonly places: readonly number[]
}

/** @returns what kept it from being kept */
async function keep(
  store: TrialStore,
  { key, trial }: Wanted,
  code: string,
  { result, code: ran }: Extract<ExecutorEvent, { kind: 'done' }>,
): Promise<Error | undefined> {
  if (ran !== code) {
    return new Error(
      'The code was edited while the sweep ran, so that this result is not kept: run again to go on with the new code.',
    )
  }
  try {
    await store.put({ key, code, trial, result, finished: new Date().toISOString() })
    return undefined
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
}

function told(event: ExecutorEvent) {
  if (event.kind === 'progress') return { kind: event.kind, progress: event.progress } as const
  if (event.kind === 'failed') return { kind: event.kind, reason: event.reason } as const
  return { kind: 'result', result: event.result, from: 'run' } as const
}
