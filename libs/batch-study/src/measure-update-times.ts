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
  /** Called after each batch size of each study in each round: how many of these are done, of how many. */
  readonly onProgress?: (done: number, total: number) => void
  /** Stops the measurement: what is measured so far is returned, the rest is listed as missing. */
  readonly signal?: AbortSignal
}

/**
 * Measures the time of one update against the batch size, in processes of its own, so that backend, threads and mode
 * are the study's whatever this process runs on. A round times all sizes of all studies in turn; there are three of
 * them, and the times of a size are pooled: what drifts on the machine falls on all studies alike. Two measurements at
 * once would share the cores, so a later call in this process stops an earlier one, as when a cell is interrupted and
 * run again; the earlier one's promise is then rejected.
 *
 * A size that fails (wasm runs out of memory before native does) is listed in `missing` with its reason, and so
 * are those after it; what was measured is kept.
 *
 * @returns one for each study, in their order
 * @throws RangeError on no study, or one that cannot be timed
 * @throws Error when not even the backend starts, or a later call took over
 *
 * @example
 * const settings = { backend: 'native', threads: 2, hidden: [128, 128], batchSizes: [1, 32, 1024],
 *   repetitions: 50, secondsPerSize: 1, seed: 0 } as const
 * const [eager, compiled] = await measureUpdateTimes([
 *   { ...settings, mode: 'eager' },
 *   { ...settings, mode: 'compiled' },
 * ])
 */
export async function measureUpdateTimes(
  studies: readonly UpdateTimeStudy[],
  { onProgress, signal }: MeasureOptions = {},
): Promise<UpdateTimes[]> {
  if (studies.length === 0) throw new RangeError('measureUpdateTimes: there is no study to measure')
  const pools = studies.map(study => emptyPool(checkUpdateTimeStudy(study)))
  let done = 0
  for (let round = 0; round < ROUNDS; round++) {
    for (const pool of pools) {
      if (signal?.aborted === true || pool.batchSizes.length === 0) continue
      await addRound(pool, signal, () => {
        done++
        pool.left--
        onProgress?.(done, done + pools.reduce((sum, { left }) => sum + left, 0))
      })
      pool.left = (ROUNDS - round - 1) * pool.batchSizes.length
    }
  }
  return pools.map(summarise)
}

/** What is measured so far of one study. */
interface Pool {
  readonly study: UpdateTimeStudy
  /** Those that have not failed: what failed once is not tried again. */
  batchSizes: readonly number[]
  /** How many sizes are to be timed yet, each once a round. */
  left: number
  readonly times: Map<number, readonly number[]>
  tensorflow: string | null
  flopsPerSecond: number | null
  obstacle: string | undefined
}

function emptyPool(study: UpdateTimeStudy): Pool {
  const { batchSizes } = study
  const nothing = { times: new Map(), tensorflow: null, flopsPerSecond: null, obstacle: undefined }
  return { study, batchSizes, left: ROUNDS * batchSizes.length, ...nothing }
}

async function addRound(pool: Pool, signal: AbortSignal | undefined, onTimed: () => void): Promise<void> {
  const timed: number[] = []
  const ended = await runWorker(oneRound(pool), signal, message => {
    if (message.kind === 'started') {
      pool.tensorflow = message.tensorflow
      pool.flopsPerSecond = Math.max(pool.flopsPerSecond ?? 0, message.flopsPerSecond)
    }
    if (message.kind !== 'times') return
    const { batchSize, times } = message.at
    timed.push(batchSize)
    pool.times.set(batchSize, [...(pool.times.get(batchSize) ?? []), ...times])
    onTimed()
  })
  if (pool.flopsPerSecond === null && signal?.aborted !== true) {
    throw new Error(`Nothing could be timed: ${ended ?? 'no reason'}`)
  }
  pool.obstacle ??= ended
  pool.batchSizes = timed
}

function oneRound({ study, batchSizes }: Pool): UpdateTimeStudy {
  const repetitions = Math.ceil(study.repetitions / ROUNDS)
  const secondsPerSize = study.secondsPerSize / ROUNDS
  return { ...study, batchSizes: [...batchSizes], repetitions, secondsPerSize }
}

function summarise({ study, times, tensorflow, flopsPerSecond, obstacle }: Pool): UpdateTimes {
  const reason = obstacle ?? 'stopped by the caller'
  return Object.freeze({
    study,
    rows: [...times].map(([batchSize, pooled]) => rowOf(study, batchSize, pooled)),
    missing: study.batchSizes.filter(size => !times.has(size)).map(batchSize => ({ batchSize, reason })),
    tensorflow,
    flopsPerSecond,
  })
}

function rowOf(
  { backend, mode, threads }: UpdateTimeStudy,
  batchSize: number,
  times: readonly number[],
): UpdateTime {
  const [lower, median, upper] = [0.25, 0.5, 0.75].map(share => quantile([...times], share)) as [
    number,
    number,
    number,
  ]
  return Object.freeze({ backend, mode, threads, batchSize, median, lower, upper, repetitions: times.length })
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
