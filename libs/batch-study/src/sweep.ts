import { join } from 'node:path'
import process from 'node:process'
import { codeHash } from './code-hash.ts'
import type { Executor, ExecutorEvent } from './executor.ts'
import { localExecutor } from './local-executor.ts'
import { type ParameterStore, parameterStore } from './parameter-store.ts'
import { refusedStart } from './parameter-values.ts'
import type { TrialProgress } from './run-trial.ts'
import { trialKey } from './trial-key.ts'
import { trialNetwork } from './trial-network.ts'
import type { TrialRecord } from './trial-record.ts'
import type { TrialResult } from './trial-result.ts'
import { StoreError, type TrialStore, trialStore } from './trial-store.ts'
import { checkTrial, type Trial, TrialError, type TrialInput } from './trial.ts'

/** What a sweep tells; `index` is the place of the trial in the list. */
export type SweepEvent = {
  /** Trials that have ended, of `total`. */
  readonly done: number
  readonly total: number
  readonly index: number
  readonly trial: Trial
} & (
  | { readonly kind: 'progress'; readonly progress: TrialProgress }
  /** `from` the store, or run now. */
  | { readonly kind: 'result'; readonly result: TrialResult; readonly from: 'store' | 'run' }
  /** Its process died twice, or it refused to run. */
  | { readonly kind: 'failed'; readonly reason: string }
)

export interface SweepOptions {
  /**
   * What runs the trials. Default: processes of this machine, as many as cores; or the queue that the environment variable
   * `FLATLAND_QUEUE` names.
   */
  readonly executor?: Executor
  /**
   * Where results are kept; in its folder `parameters`, the parameters that trials keep and start from. Default: the store
   * of this machine.
   */
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
 * Parameters that a trial keeps are in the store before its result is, each under the `sha256` that `result.kept` names: a
 * result whose parameters are gone is computed again. A trial that starts from kept ones finds them there.
 *
 * To stop, abort the signal or leave the loop; then no process is left.
 *
 * @throws TrialError before anything runs, when a trial cannot be run, or the parameters it starts from are not kept, or not
 *   of its network
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
  const { executor = await defaultExecutor(), store = trialStore(), signal } = options
  const trials = given.map((trial, index) => checkTrial(trial, `Trial ${index}`))
  const code = codeHash()
  const parameters = parameterStore(join(store.folder, 'parameters'))
  const total = trials.length
  const { stored, left } = await lookUp(trials, code, { store, parameters }, signal)
  const starts = await loadStarts(left, parameters)
  let done = 0
  for (const { index, trial, result } of stored) {
    signal?.throwIfAborted()
    done++
    yield { kind: 'result', index, trial, result, from: 'store', done, total }
  }
  if (left.length === 0) return
  const halt = signal ?? new AbortController().signal
  const events = executor.run(
    left.map(({ trial }) => {
      const start = starts.get(trial.start?.parameters ?? '')
      return start === undefined ? { trial } : { trial, start }
    }),
    halt,
  )
  for await (const event of events) {
    const one = left[event.index]
    if (one === undefined)
      throw new RangeError(`the executor told of a trial ${event.index} that it was not given`)
    const obstacle = event.kind === 'done' ? await keep({ store, parameters }, one, code, event) : undefined
    for (const index of one.places) {
      if (event.kind !== 'progress') done++
      yield { index, trial: one.trial, done, total, ...told(event) }
    }
    if (obstacle !== undefined) throw obstacle
  }
  signal?.throwIfAborted()
}

/** `flatland run --executor` sets the variable, so that no notebook holds an address with a password. */
async function defaultExecutor(): Promise<Executor> {
  const url = process.env['FLATLAND_QUEUE']
  if (url === undefined || url === '') return localExecutor()
  // Whoever has no queue does without its libraries.
  const { queue } = await import('./queue/queue-executor.ts')
  return queue(url)
}

/** A trial that the store does not have. */
interface Wanted {
  readonly key: string
  readonly trial: Trial
  /** Where in the list it is. */
  readonly places: readonly number[]
}

/** What the sweep reads and writes. */
interface Stores {
  readonly store: TrialStore
  readonly parameters: ParameterStore
}

/** What is there already, and which trials are left, each once. */
async function lookUp(
  trials: readonly Trial[],
  code: string,
  stores: Stores,
  signal: AbortSignal | undefined,
): Promise<{
  readonly stored: readonly { readonly index: number; readonly trial: Trial; readonly result: TrialResult }[]
  readonly left: readonly Wanted[]
}> {
  const stored = []
  const wanted = new Map<string, Wanted>()
  for (const [index, trial] of trials.entries()) {
    const key = trialKey(trial, code)
    const record = wanted.has(key) ? undefined : await wholeRecord(stores, key)
    signal?.throwIfAborted()
    if (record === undefined)
      wanted.set(key, { key, trial, places: [...(wanted.get(key)?.places ?? []), index] })
    else stored.push({ index, trial, result: record.result })
  }
  return { stored, left: [...wanted.values()] }
}

/** @returns nothing where parameters that it names are gone */
async function wholeRecord({ store, parameters }: Stores, key: string): Promise<TrialRecord | undefined> {
  const record = await store.get(key)
  for (const { sha256 } of record?.result.kept ?? []) {
    if ((await parameters.get(sha256)) === undefined) return undefined
  }
  return record
}

/** The parameters that trials start from, by their hashes; each once. */
async function loadStarts(
  wanted: readonly Wanted[],
  parameters: ParameterStore,
): Promise<ReadonlyMap<string, Float32Array>> {
  const loaded = new Map<string, Float32Array>()
  for (const { trial, places } of wanted) {
    if (trial.start === null) continue
    const sha256 = trial.start.parameters
    const values = loaded.get(sha256) ?? (await parameters.get(sha256))
    const message = refusedStart(trialNetwork(trial), sha256, values)
    if (message !== undefined)
      throw new TrialError([{ path: 'start.parameters', message }], `Trial ${places.join(', ')}`)
    if (values !== undefined) loaded.set(sha256, values)
  }
  return loaded
}

/** @returns what kept it from being kept */
async function keep(
  { store, parameters }: Stores,
  { key, trial }: Wanted,
  code: string,
  { result, kept, code: ran }: Extract<ExecutorEvent, { kind: 'done' }>,
): Promise<Error | undefined> {
  if (ran !== code) {
    return new Error(
      'The code was edited while the sweep ran, so that this result is not kept: run again to go on with the new code.',
    )
  }
  try {
    // First, so that no record names what is not there.
    await keepParameters(parameters, result, kept)
    await store.put({ key, code, trial, result, finished: new Date().toISOString() })
    return undefined
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
}

/** @throws Error when they are not those that the result names */
async function keepParameters(
  parameters: ParameterStore,
  result: TrialResult,
  kept: readonly Float32Array[],
): Promise<void> {
  if (kept.length !== result.kept.length)
    throw new RangeError(
      `the executor gave ${kept.length} kept parameters; the result names ${result.kept.length}`,
    )
  for (const [i, values] of kept.entries()) {
    const [sha256, named] = [await parameters.put(values), result.kept[i]?.sha256]
    if (sha256 !== named)
      throw new RangeError(`the executor gave parameters ${sha256}; the result names ${String(named)}`)
  }
}

function told(event: ExecutorEvent) {
  if (event.kind === 'progress') return { kind: event.kind, progress: event.progress } as const
  if (event.kind === 'failed') return { kind: event.kind, reason: event.reason } as const
  return { kind: 'result', result: event.result, from: 'run' } as const
}
