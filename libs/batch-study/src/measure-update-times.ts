import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { quantile } from 'simple-statistics'
import {
  checkUpdateTimeStudy,
  type UpdateTime,
  type UpdateTimes,
  type UpdateTimeStudy,
} from './update-time-study.ts'
import type { WorkerMessage } from './update-time-worker.ts'

/** Each round is a process of its own, so the quartiles also span the drift of the machine from round to round. */
const ROUNDS = 3

export interface MeasureOptions {
  /** Called after each batch size of each round: how many of these are done, of how many. */
  readonly onProgress?: (done: number, total: number) => void
  /** Stops the measurement: what is measured so far is returned, the rest is listed as missing. */
  readonly signal?: AbortSignal
}

/**
 * Measures the time of one update against the batch size, in processes of its own, so that backend and threads
 * are the study's whatever this process runs on. All sizes are timed in turn, three times over, and the times of
 * a size are pooled. Two studies at once would share the cores, so a later call in this process stops an earlier
 * one, as when a cell is interrupted and run again; the earlier one's promise is then rejected.
 *
 * A size that fails (wasm runs out of memory before native does) is listed in `missing` with its reason, and so
 * are those after it; what was measured is kept.
 *
 * @throws RangeError on a study that cannot be timed
 * @throws Error when not even the backend starts, or a later call took over
 *
 * @example
 * const { rows } = await measureUpdateTimes({
 *   backend: 'native', threads: 2, hidden: [128, 128], batchSizes: [1, 32, 1024],
 *   repetitions: 50, secondsPerSize: 1, seed: 0,
 * })
 */
export async function measureUpdateTimes(
  study: UpdateTimeStudy,
  { onProgress, signal }: MeasureOptions = {},
): Promise<UpdateTimes> {
  const checked = checkUpdateTimeStudy(study)
  const times = new Map<number, number[]>()
  let tensorflow: string | null | undefined
  let obstacle: string | undefined
  let batchSizes = checked.batchSizes
  const stopped = (): boolean => signal?.aborted === true
  for (let round = 0; round < ROUNDS && !stopped() && batchSizes.length > 0; round++) {
    const timed: number[] = []
    const ended = await runWorker(oneRound(checked, batchSizes), signal, message => {
      if (message.kind === 'started') tensorflow = message.tensorflow
      if (message.kind !== 'times') return
      const { at } = message
      timed.push(at.batchSize)
      times.set(at.batchSize, [...(times.get(at.batchSize) ?? []), ...at.times])
      onProgress?.(round * batchSizes.length + timed.length, ROUNDS * batchSizes.length)
    })
    if (tensorflow === undefined && !stopped()) {
      throw new Error(`Nothing could be timed: ${ended ?? 'no reason'}`)
    }
    obstacle ??= ended
    // What failed once is not tried again.
    batchSizes = timed
  }
  const reason = obstacle ?? 'stopped by the caller'
  return Object.freeze({
    study: checked,
    rows: [...times].map(([batchSize, pooled]) => summarise(checked, batchSize, pooled)),
    missing: checked.batchSizes.filter(size => !times.has(size)).map(batchSize => ({ batchSize, reason })),
    tensorflow: tensorflow ?? null,
  })
}

function oneRound(study: UpdateTimeStudy, batchSizes: number[]): UpdateTimeStudy {
  const repetitions = Math.ceil(study.repetitions / ROUNDS)
  return { ...study, batchSizes, repetitions, secondsPerSize: study.secondsPerSize / ROUNDS }
}

function summarise({ backend, threads }: UpdateTimeStudy, batchSize: number, times: number[]): UpdateTime {
  const [lower, median, upper] = [0.25, 0.5, 0.75].map(share => quantile(times, share)) as [
    number,
    number,
    number,
  ]
  return Object.freeze({ backend, threads, batchSize, median, lower, upper, repetitions: times.length })
}

/** The worker of the call that measures now; a later call stops it. */
let current: ChildProcess | undefined

/** @returns why the worker ended early, `undefined` where it finished */
function runWorker(
  study: UpdateTimeStudy,
  signal: AbortSignal | undefined,
  listen: (message: WorkerMessage) => void,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const worker = fork(fileURLToPath(new URL('./update-time-worker.ts', import.meta.url)), {
      // The caller's own flags (a kernel's, a test runner's) are not for this process.
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    current?.kill('SIGKILL')
    current = worker
    let reason: string | undefined
    let finished = false
    let errors = ''
    const stop = (): void => {
      reason = 'stopped by the caller'
      worker.kill('SIGKILL')
    }
    signal?.addEventListener('abort', stop, { once: true })
    worker.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
    worker.on('message', raw => {
      const message = raw as WorkerMessage
      if (message.kind === 'failed') reason ??= message.reason
      if (message.kind === 'finished') finished = true
      listen(message)
    })
    worker.on('error', reject)
    worker.on('close', (code, killedBy) => {
      signal?.removeEventListener('abort', stop)
      if (current !== worker) reject(new Error('This measurement was stopped: a later one began.'))
      else current = undefined
      const died = `the worker ended with ${killedBy ?? `code ${String(code)}`}. ${errors.trim()}`.trim()
      resolve(finished ? undefined : (reason ?? died))
    })
    worker.send(study)
  })
}
