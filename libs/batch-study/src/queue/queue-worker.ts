import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { codeHash } from '../code-hash.ts'
import { queueAddress } from './queue-address.ts'
import { type QueueBlobs, queueBlobs } from './queue-blobs.ts'
import { connectionOptions, connectQueue } from './queue-connection.ts'
import { foreignTrials } from './foreign-trials.ts'
import { readJob, type TakenJob } from './queue-messages.ts'
import { KEPT, type QueueKeys, queueKeys, queueName } from './queue-names.ts'
import { keepListed } from './queue-workers.ts'
import { reportAtMost } from './report-at-most.ts'
import type { TrialRunner } from './trial-runner.ts'

export interface QueueWorkerOptions {
  /** How many trials it runs at once. */
  readonly slots: number
  /** What its processes run trials on. */
  readonly backend: 'native' | 'wasm'
  readonly runner: TrialRunner
  /** Drains: no further trial is taken, those that run are handed back with a checkpoint. */
  readonly drain: AbortSignal
  /** Hears what is worth a line. */
  readonly listen: (said: string) => void
  /** How long a worker may be silent before its trials are given to others, in ms. Default 30 s. */
  readonly lease?: number
}

/** As many workers as a trial may lose, until it counts as one that kills them: machines that may be taken away at any time lose some. */
const MOST_DEATHS = 10
/** Messages of progress, of all workers together, in a second. */
const REPORTS_PER_SECOND = 50
/** In ms: how long a trial has to give a checkpoint when the worker drains. */
const LAST_CHECKPOINT = 15_000
/** In ms: how often it is looked whether a trial was given up. */
const LOOK_EVERY = 1000
/** In ms: how often it is looked whether trials wait for other workers. */
const LOOK_AROUND_EVERY = 30_000

/**
 * Works off the trials of this code and backend in a queue until it is drained.
 *
 * @throws RangeError when the URL is none of a queue; QueueError (a rejection) when its server cannot be reached
 */
export async function workQueue(url: string, options: QueueWorkerOptions): Promise<void> {
  const { slots, backend, drain, listen, lease = 30_000 } = options
  const address = queueAddress(url)
  const code = codeHash()
  const redis = await connectQueue(address, listen)
  const keys = queueKeys(address.prefix)
  const running = new Map<string, Running>()
  const listed = await keepListed(
    redis,
    keys,
    {
      id: randomUUID(),
      host: hostname(),
      pid: process.pid,
      backend,
      slots,
      running: 0,
      code,
      node: process.version,
      since: new Date().toISOString(),
    },
    () => running.size,
  )
  const desk: Desk = {
    code,
    redis,
    blobs: queueBlobs(redis, address.prefix),
    running,
    options,
    reportEvery: () => Math.max(1000, (listed.workers() / REPORTS_PER_SECOND) * 1000),
  }
  const worker = new Worker(queueName(code, backend), (job, token) => work(desk, job, token ?? ''), {
    connection: connectionOptions(address),
    prefix: address.prefix,
    concurrency: slots,
    lockDuration: lease,
    stalledInterval: lease / 2,
    maxStalledCount: MOST_DEATHS,
    runRetryDelay: 2000,
    removeOnComplete: { age: KEPT },
    removeOnFail: { age: KEPT, count: 10_000 },
  })
  // The connection above tells of losses.
  worker.on('error', () => undefined)
  worker.on('failed', (job, error) => {
    listen(`Trial ${job?.id?.slice(0, 12) ?? 'without a name'}: ${error.message}`)
  })
  const end = new AbortController()
  const watching = Promise.all([
    every(LOOK_EVERY, end.signal, () => stopGivenUp(redis, keys, running)),
    every(
      LOOK_AROUND_EVERY,
      end.signal,
      foreignTrials(redis, keys, address.prefix, queueName(code, backend), listen),
    ),
  ])
  try {
    await aborted(drain)
    listen(`Draining: ${running.size} trials are handed back.`)
    for (const each of running.values()) each.checkpoint()
    const late = setTimeout(LAST_CHECKPOINT, undefined, { signal: end.signal }).then(
      () => {
        running.forEach(each => {
          each.stop.abort(HANDED_BACK)
        })
      },
      () => undefined,
    )
    await worker.close()
    end.abort()
    await Promise.all([late, watching])
  } finally {
    end.abort()
    await listed.end()
    redis.disconnect()
  }
}

/** What the trials of a worker share. */
interface Desk {
  readonly code: string
  readonly redis: Redis
  readonly blobs: QueueBlobs
  readonly running: Map<string, Running>
  readonly options: QueueWorkerOptions
  /** In ms. */
  readonly reportEvery: () => number
}

interface Running {
  readonly checkpoint: () => void
  /** Aborted with `HANDED_BACK`, or with anything else where it is given up. */
  readonly stop: AbortController
}

const HANDED_BACK = Symbol('handed back')

/** Runs a job to its end, and puts what came of it beside the queue. */
async function work(desk: Desk, job: Job, token: string): Promise<void> {
  const { code, blobs, running, options } = desk
  const { key, trial } = taken(job, code)
  // Its result was there before, and the word of it was lost.
  if ((await blobs.result(key)) !== undefined) return
  const start = trial.start === null ? undefined : await blobs.parameters(trial.start.parameters)
  if (trial.start !== null && start === undefined)
    throw new UnrecoverableError(
      `The parameters ${trial.start.parameters}, from which it starts, are not in the queue.`,
    )
  const stop = new AbortController()
  const reports = reportAtMost(desk.reportEvery, report => job.updateProgress(report))
  const { outcome, checkpoint } = options.runner({
    job: start === undefined ? { trial } : { trial, start },
    from: await blobs.checkpoint(key),
    stop: stop.signal,
    onProgress: reports.add,
    onCheckpoint: bytes => {
      void blobs.putCheckpoint(key, bytes).then(
        () => {
          if (options.drain.aborted) stop.abort(HANDED_BACK)
        },
        (error: unknown) => {
          options.listen(`A checkpoint could not be kept: ${String(error)}`)
        },
      )
    },
  })
  running.set(key, { checkpoint, stop })
  if (options.drain.aborted) checkpoint()
  try {
    const ended = await outcome
    if (stop.signal.aborted) return await leave(job, token, stop.signal)
    if (ended.kind !== 'done') throw new UnrecoverableError(ended.reason)
    if (ended.code !== code)
      throw new UnrecoverableError('The code of its worker was edited meanwhile: start the worker anew.')
    for (const values of ended.kept) await blobs.putParameters(values)
    // Before the job is done, so that none is whose result is not there.
    await blobs.putResult(key, JSON.stringify({ code, result: ended.result }))
    await blobs.dropCheckpoint(key)
  } finally {
    running.delete(key)
    reports.end()
  }
}

/** @throws UnrecoverableError that says why the job is refused */
function taken({ id, data }: Job, code: string): TakenJob {
  try {
    return readJob(id, data, code)
  } catch (error) {
    throw new UnrecoverableError(error instanceof Error ? error.message : String(error))
  }
}

/** @throws always: so BullMQ knows that the job is not done */
async function leave(job: Job, token: string, { reason }: AbortSignal): Promise<never> {
  if (reason !== HANDED_BACK) throw new UnrecoverableError('it was cancelled in the queue')
  await job.moveToWait(token)
  throw new WaitingError()
}

async function stopGivenUp(
  redis: Redis,
  keys: QueueKeys,
  running: ReadonlyMap<string, Running>,
): Promise<void> {
  const trials = [...running]
  if (trials.length === 0) return
  const found = await redis.mget(trials.map(([key]) => keys.cancelled(key)))
  trials.forEach(([, { stop }], i) => {
    if (found[i] !== null) stop.abort()
  })
}

/** One after the other, whatever becomes of each. */
async function every(ms: number, signal: AbortSignal, look: () => Promise<void>): Promise<void> {
  try {
    while (!signal.aborted) {
      await setTimeout(ms, undefined, { signal })
      await look().catch(() => undefined)
    }
  } catch {
    // The signal.
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise(resolve => {
    signal.addEventListener('abort', resolve, { once: true })
  })
}
