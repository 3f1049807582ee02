import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type BackendName, workerEnvironment } from '@flatland/tensor'
import { checkCopy } from './check-copy.ts'
import { checkInteger } from './checks.ts'
import type { FromWorker, ToWorker } from './worker-process.ts'

/** A function that worker processes find by name, as closures cannot cross to another process. */
export interface WorkerSource {
  /** The address of a module that Node can import: `import.meta.resolve('./digits.ts')`. */
  readonly module: string | URL
  /** The name under which the module exports the function. */
  readonly name: string
  /** What the function is called with: plain data, typed arrays, maps, sets and dates; no shared memory, no Blob. */
  readonly argument?: unknown
}

export interface WorkersOptions {
  /** How many processes. The results do not depend on it. Default: as many as the cores that this process may use. */
  readonly workers?: number
  /** What runs the tensors of each, on one thread. Default: 'auto', see `useBackend`. */
  readonly backend?: 'auto' | BackendName
  /** Once it is aborted, the workers are killed: what is done by then is returned, the rest is listed as missing. */
  readonly signal?: AbortSignal | undefined
  /** Told after each task how many have ended, those that failed too, and of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

export interface WorkerResults<Result> {
  /** The results, in the order of the tasks. */
  readonly done: readonly { readonly task: number; readonly result: Result }[]
  /** Tasks without a result, and why. */
  readonly missing: readonly { readonly task: number; readonly reason: string }[]
}

/**
 * Applies a function to each task, in several processes at once. Each process calls the exported function that `source`
 * names with its argument, once, for the function of a task; so what all tasks need is loaded once a process. Both
 * functions may be asynchronous. A worker takes the next task when it has done one.
 *
 * A task that throws, or whose result cannot be copied, is listed in `missing` with the error's message. So is one
 * whose worker dies; another worker takes its place for the tasks that are left. A later call in this process stops an
 * earlier one, whose promise is then rejected: as when a cell is interrupted and run again, they would share the cores.
 *
 * @typeParam Result what the function of a task returns, which nobody checks
 * @throws RangeError (a rejection) when the number of workers is not a positive integer, the module is no `file:` address, or
 *   the argument or a task cannot be copied to another process
 * @throws Error (a rejection) when no worker can start, or a later call took over; and what `onProgress` throws
 *
 * @example
 * // in roots.ts: export const rootsOf = (degree: number) => (x: number) => x ** (1 / degree)
 * const source = { module: import.meta.resolve('./roots.ts'), name: 'rootsOf', argument: 3 }
 * const { done } = await mapInWorkers<number>(source, [8, 27])
 * done // [{ task: 0, result: 2 }, { task: 1, result: 3 }]
 */
export async function mapInWorkers<Result>(
  source: WorkerSource,
  tasks: readonly unknown[],
  options: WorkersOptions = {},
): Promise<WorkerResults<Result>> {
  const { workers = availableParallelism(), signal } = options
  checkInteger('workers', workers, 1)
  const { name, argument } = source
  const { backend = 'auto' } = options
  const open = { kind: 'open', module: moduleAddress(source), name, argument, backend } as const
  checkCopy('the argument', argument)
  tasks.forEach((task, i) => {
    checkCopy(`task ${i}`, task)
  })
  const halt = new AbortController()
  current?.abort(new Error('This work was stopped: a later one began.'))
  current = halt
  const run: Run = {
    tasks,
    open,
    halt,
    stop: AbortSignal.any([halt.signal, ...(signal === undefined ? [] : [signal])]),
    next: 0,
    ended: new Map(),
    obstacle: undefined,
    onProgress: options.onProgress,
  }
  const lines = Array.from({ length: Math.min(workers, tasks.length) }, () => oneAfterAnother(run))
  // What one throws ends them all, and all have ended before it is told.
  const ending = lines.map(line =>
    line.catch((error: unknown) => {
      halt.abort(error)
    }),
  )
  await Promise.all(ending)
  if (current === halt) current = undefined
  halt.signal.throwIfAborted()
  return resultsOf(run)
}

/** Of the call that works now. */
let current: AbortController | undefined

type Outcome = { readonly result: unknown } | { readonly reason: string }

/** What the workers of one call share. */
interface Run {
  readonly tasks: readonly unknown[]
  readonly open: ToWorker
  /** Aborted when the call is to fail: a later one begins, or `onProgress`, or a start, or a send throws. */
  readonly halt: AbortController
  /** Aborted by that, or by the caller. */
  readonly stop: AbortSignal
  readonly ended: Map<number, Outcome>
  readonly onProgress: WorkersOptions['onProgress']
  /** The first task that no worker has taken. */
  next: number
  /** Why a worker could not start. */
  obstacle: string | undefined
}

/** A worker, and the one that takes its place should it die, until no task is left. */
async function oneAfterAnother(run: Run): Promise<void> {
  while (run.next < run.tasks.length && run.obstacle === undefined && !run.stop.aborted) await oneWorker(run)
}

/** Resolves when the worker's process has ended. */
function oneWorker(run: Run): Promise<void> {
  return new Promise(resolve => {
    const worker = fork(fileURLToPath(new URL('./worker-process.ts', import.meta.url)), {
      // The caller's own flags (a kernel's, a test runner's) are not for this process.
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: workerEnvironment(),
      // Copies typed arrays, NaN and undefined as they are.
      serialization: 'advanced',
      signal: run.stop,
      killSignal: 'SIGKILL',
    })
    let task: number | undefined
    let ready = false
    let errors = ''
    const end = (outcome: Outcome): void => {
      if (task !== undefined) record(run, task, outcome)
      else if ('reason' in outcome) run.obstacle ??= outcome.reason
      task = undefined
    }
    const send = (order: ToWorker): void => {
      try {
        worker.send(order)
      } catch (error) {
        run.halt.abort(error)
      }
    }
    worker.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
    worker.on('message', raw => {
      const message = raw as FromWorker
      if (message.kind === 'done') end({ result: message.result })
      if (message.kind === 'failed') end({ reason: message.reason })
      ready ||= message.kind === 'ready'
      task = ready ? take(run) : undefined
      send(task === undefined ? { kind: 'end' } : { kind: 'task', task: run.tasks[task] })
    })
    // When it is stopped, or cannot start at all; 'close' follows.
    worker.on('error', error => {
      if (!run.stop.aborted && !ready) run.obstacle ??= error.message
    })
    worker.on('close', (code, killedBy) => {
      const died = `the worker ended with ${killedBy ?? `code ${String(code)}`}. ${errors.trim()}`.trim()
      if (!run.stop.aborted && (task !== undefined || !ready)) end({ reason: died })
      resolve()
    })
    // Without a process there is no channel either; 'error' says why.
    if (worker.connected) send(run.open)
  })
}

function take(run: Run): number | undefined {
  return run.next < run.tasks.length && !run.stop.aborted ? run.next++ : undefined
}

function record(run: Run, task: number, outcome: Outcome): void {
  run.ended.set(task, outcome)
  try {
    run.onProgress?.(run.ended.size, run.tasks.length)
  } catch (error) {
    run.halt.abort(error)
  }
}

function resultsOf<Result>({ tasks, ended, obstacle, stop }: Run): WorkerResults<Result> {
  const done: { task: number; result: Result }[] = []
  const missing: { task: number; reason: string }[] = []
  tasks.forEach((_, task) => {
    const outcome = ended.get(task) ?? { reason: obstacle ?? 'stopped by the caller' }
    if ('result' in outcome) done.push(Object.freeze({ task, result: outcome.result as Result }))
    else missing.push(Object.freeze({ task, reason: outcome.reason }))
  })
  if (ended.size === 0 && obstacle !== undefined && !stop.aborted) {
    throw new Error(`No worker could start: ${obstacle}`)
  }
  return Object.freeze({ done: Object.freeze(done), missing: Object.freeze(missing) })
}

/**
 * The address of the source's module.
 *
 * @throws RangeError when a worker, which stands in another place, could not find it
 *
 * @example
 * moduleAddress({ module: new URL('file:///studies/roots.ts'), name: 'rootsOf' }) // 'file:///studies/roots.ts'
 */
export function moduleAddress({ module }: WorkerSource): string {
  const address = String(module)
  if (address.startsWith('file:')) return address
  throw new RangeError(
    `the module is '${address}'; it must be a file: address, as import.meta.resolve('./file.ts') gives it`,
  )
}
