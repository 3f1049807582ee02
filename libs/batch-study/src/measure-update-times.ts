import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import {
  checkUpdateTimeStudy,
  type UpdateTime,
  type UpdateTimes,
  type UpdateTimeStudy,
} from './update-time-study.ts'
import type { WorkerMessage } from './update-time-worker.ts'

export interface MeasureOptions {
  /** Called after each batch size with how many are done, of how many, and the point. */
  readonly onPoint?: (done: number, total: number, point: UpdateTime) => void
  /** Stops the measurement: what is measured so far is returned, the rest is listed as missing. */
  readonly signal?: AbortSignal
}

/**
 * Measures the time of one update against the batch size, in a process of its own, so that backend and threads
 * are the study's whatever this process runs on. Only one study should run at a time: two share the cores.
 *
 * A size that fails (wasm runs out of memory before native does) is listed in `missing` with its reason, and so
 * are those after it; what was measured before is kept.
 *
 * @throws RangeError on a study that cannot be timed
 * @throws Error when not even the backend starts
 *
 * @example
 * const { rows } = await measureUpdateTimes({
 *   backend: 'native', threads: 2, hidden: [128, 128], batchSizes: [1, 32, 1024],
 *   repetitions: 50, secondsPerSize: 1, seed: 0,
 * })
 */
export async function measureUpdateTimes(
  study: UpdateTimeStudy,
  { onPoint, signal }: MeasureOptions = {},
): Promise<UpdateTimes> {
  const checked = checkUpdateTimeStudy(study)
  const rows: UpdateTime[] = []
  let tensorflow: string | null | undefined
  const ended = await runWorker(checked, signal, message => {
    if (message.kind === 'started') tensorflow = message.tensorflow
    if (message.kind !== 'point') return
    rows.push(message.point)
    onPoint?.(rows.length, checked.batchSizes.length, message.point)
  })
  if (tensorflow === undefined && signal?.aborted !== true)
    throw new Error(`Nothing could be timed: ${ended ?? 'no reason'}`)
  const missing = checked.batchSizes
    .slice(rows.length)
    .map(batchSize => ({ batchSize, reason: ended ?? 'the worker sent no time' }))
  return Object.freeze({ study: checked, rows, missing, tensorflow: tensorflow ?? null })
}

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
    let reason: string | undefined
    let finished = false
    let errors = ''
    const stop = (): void => {
      reason = 'stopped by the caller'
      worker.kill('SIGKILL')
    }
    if (signal?.aborted === true) stop()
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
      const died = `the worker ended with ${killedBy ?? `code ${String(code)}`}. ${errors.trim()}`.trim()
      resolve(finished ? undefined : (reason ?? died))
    })
    worker.send(study)
  })
}
