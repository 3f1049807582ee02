import { availableParallelism } from 'node:os'
import { ReadableStream } from 'node:stream/web'
import { Semaphore } from 'async-mutex'
import type { Executor, ExecutorEvent, TrialJob } from './executor.ts'
import { type TrialProcesses, trialProcesses } from './trial-processes.ts'

/**
 * Runs trials in processes of this machine: as many at once as their threads fit on the cores, so that with one thread each
 * there are as many as cores; a trial of several processes takes the threads of all of them. A process takes the next trial that wants its backend and threads when it has done one. This
 * process only waits, and stays free for other work.
 *
 * A trial whose process dies (killed, or out of memory) is tried once again in a new one; if that dies too it is reported as
 * failed, and the others go on. One that fails of itself would fail again, and is reported at once.
 *
 * A later call in this process stops an earlier one, as when a cell is interrupted and run again: they would share the cores.
 *
 * @param cores default: those that this process may use
 * @throws RangeError when `cores` is no positive whole number
 *
 * @example
 * for await (const event of sweep(trials, { executor: localExecutor({ cores: 1 }) })) console.log(event.kind)
 */
export function localExecutor({
  cores = availableParallelism(),
}: { readonly cores?: number } = {}): Executor {
  if (!Number.isSafeInteger(cores) || cores < 1)
    throw new RangeError(`cores is ${cores}; it must be a whole number from 1 on`)
  return Object.freeze({
    run: (jobs: readonly TrialJob[], signal: AbortSignal) => {
      const halt = new AbortController()
      let ended: Promise<void>
      return new ReadableStream<ExecutorEvent>({
        start: controller => {
          const tell = (event: ExecutorEvent): void => {
            if (!halt.signal.aborted) controller.enqueue(event)
          }
          ended = runAll(jobs, cores, AbortSignal.any([signal, halt.signal]), tell).then(
            () => {
              if (!halt.signal.aborted) controller.close()
            },
            (error: unknown) => {
              controller.error(error)
            },
          )
        },
        // The reader has stopped: when it goes on, no process is left.
        cancel: () => {
          halt.abort()
          return ended
        },
      })
    },
  })
}

/** Of the call that works now. */
let current: AbortController | undefined

async function runAll(
  jobs: readonly TrialJob[],
  cores: number,
  signal: AbortSignal,
  tell: (event: ExecutorEvent) => void,
): Promise<void> {
  const mine = new AbortController()
  current?.abort(new Error('This sweep was stopped: a later one began.'))
  current = mine
  const pool: Pool = {
    free: new Semaphore(cores),
    processes: trialProcesses(),
    stop: AbortSignal.any([signal, mine.signal]),
  }
  const stop = (): void => {
    void pool.processes.kill()
  }
  pool.stop.addEventListener('abort', stop)
  await Promise.all(
    jobs.map(async (job, index) => {
      const { threads, processes } = job.trial
      // More threads than cores is the trial's own wish.
      await pool.free.runExclusive(() => runOne(pool, job, index, tell), Math.min(threads * processes, cores))
    }),
  )
  await pool.processes.kill()
  pool.stop.removeEventListener('abort', stop)
  if (current === mine) current = undefined
  mine.signal.throwIfAborted()
}

interface Pool {
  /** As many permits as there are cores. */
  readonly free: Semaphore
  readonly processes: TrialProcesses
  readonly stop: AbortSignal
}

const TRIES = 2

async function runOne(
  { processes, stop }: Pool,
  job: TrialJob,
  index: number,
  tell: (event: ExecutorEvent) => void,
): Promise<void> {
  let reason = ''
  for (let tries = 0; tries < TRIES; tries++) {
    if (isStopped(stop)) return
    const own = processes.take(job.trial)
    const outcome = await own.run(job, {
      onProgress: progress => {
        tell({ index, kind: 'progress', progress })
      },
    })
    processes.give(own, outcome)
    if (outcome.kind !== 'died') {
      tell({ index, ...outcome })
      return
    }
    reason = outcome.reason
  }
  if (!isStopped(stop)) tell({ index, kind: 'failed', reason: `twice ${reason}` })
}

/** A function, since it changes while others wait. */
function isStopped(stop: AbortSignal): boolean {
  return stop.aborted
}
