import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { ExecutorEvent, TrialJob } from '../executor.ts'
import { chunks } from './chunks.ts'
import type { QueueBlobs } from './queue-blobs.ts'
import { type JobState, jobStates } from './queue-job-states.ts'
import { readAnswer, readReport } from './queue-messages.ts'
import { KEPT, type QueueKeys } from './queue-names.ts'

/** A trial that has not ended. */
export interface OpenTrial {
  readonly key: string
  /** Its place in the sweep. */
  readonly index: number
  readonly job: TrialJob
  readonly queue: Queue
}

/** The trials of one sweep, and the server that has them. */
export interface SubmittedTrials {
  readonly redis: Redis
  readonly blobs: QueueBlobs
  readonly keys: QueueKeys
  readonly code: string
  /** How many there were at first: a small sweep overtakes a large one. */
  readonly size: number
  /** By key. */
  readonly open: Map<string, OpenTrial>
  /** Keys of those whose outcome is being fetched. */
  readonly settling: Set<string>
  readonly tell: (event: ExecutorEvent) => void
}

/** How many jobs go to the server, or are asked for, at once. */
const AT_ONCE = 200
/** BullMQ's least urgent. */
const LEAST_URGENT = 2_097_151

/** Adds those that the server does not have; what failed when it was asked for earlier is tried again. */
export async function submitAll(trials: SubmittedTrials): Promise<void> {
  await eachState(trials, async (some, states) => {
    await trials.redis.del(some.map(({ key }) => trials.keys.cancelled(key)))
    const failed = some.filter((_, i) => states[i] === 'failed')
    await Promise.all(failed.map(({ queue, key }) => queue.remove(key)))
    await submit(trials, [...some.filter((_, i) => states[i] === 'missing'), ...failed])
    for (const [i, { key }] of some.entries()) if (states[i] === 'completed') await settle(trials, key)
  })
}

/** Looks for what ended unheard, was taken out of the queue, or was lost with the server's memory. */
export async function lookAfter(trials: SubmittedTrials): Promise<void> {
  await eachState(trials, async (some, states) => {
    await submit(
      trials,
      await withoutCancelled(
        trials,
        some.filter((_, i) => states[i] === 'missing'),
      ),
    )
    for (const [i, { key }] of some.entries())
      if (states[i] === 'completed' || states[i] === 'failed') await settle(trials, key)
  })
}

/** Fetches what came of a trial that ended, and tells it. */
export async function settle(trials: SubmittedTrials, key: string): Promise<void> {
  const { open, settling } = trials
  const found = open.get(key)
  if (found === undefined || settling.has(key)) return
  settling.add(key)
  try {
    const event = await outcome(found, trials.blobs)
    if (event === undefined) {
      // Its result was lost with the server's memory.
      await found.queue.remove(key)
      await submit(trials, [found])
    } else if (open.delete(key)) {
      trials.tell(event)
    }
  } finally {
    settling.delete(key)
  }
}

/** Tells how far a trial is. */
export function report({ open, tell }: SubmittedTrials, key: string, data: unknown): void {
  const found = open.get(key)
  if (found === undefined) return
  for (const progress of readReport(data)) tell({ index: found.index, kind: 'progress', progress })
}

/** Takes out of the queue what has not ended, and marks it, so that a worker that runs it stops. */
export async function giveUp({ redis, keys, open }: SubmittedTrials): Promise<void> {
  for (const some of chunks([...open.values()], AT_ONCE)) {
    await Promise.all(some.map(({ key }) => redis.set(keys.cancelled(key), '1', 'EX', 24 * 3600)))
    await Promise.all(some.map(({ queue, key }) => queue.remove(key)))
  }
}

async function submit(
  { redis, blobs, keys, code, size }: SubmittedTrials,
  wanted: readonly OpenTrial[],
): Promise<void> {
  for (const some of chunks(wanted, AT_ONCE)) {
    for (const { job } of some) if (job.start !== undefined) await blobs.putParameters(job.start)
    for (const queue of new Set(some.map(each => each.queue))) {
      const own = some.filter(each => each.queue === queue)
      await redis.zadd(keys.queues, Date.now(), queue.name)
      await queue.addBulk(
        own.map(({ key, job }) => ({
          name: 'trial',
          data: { code, trial: job.trial },
          opts: {
            jobId: key,
            priority: Math.min(size, LEAST_URGENT),
            removeOnComplete: { age: KEPT },
            removeOnFail: { age: KEPT, count: 10_000 },
          },
        })),
      )
    }
  }
}

async function eachState(
  { redis, open }: SubmittedTrials,
  act: (some: readonly OpenTrial[], states: readonly JobState[]) => Promise<void>,
): Promise<void> {
  for (const some of chunks([...open.values()], AT_ONCE)) await act(some, await jobStates(redis, some))
}

/** A trial that somebody took out of the queue has no result. */
async function withoutCancelled(
  { redis, keys, open, tell }: SubmittedTrials,
  missing: readonly OpenTrial[],
): Promise<OpenTrial[]> {
  if (missing.length === 0) return []
  const marks = await redis.mget(missing.map(({ key }) => keys.cancelled(key)))
  return missing.filter(({ key, index }, i) => {
    if (marks[i] === null) return open.has(key)
    if (open.delete(key)) tell({ index, kind: 'failed', reason: 'it was cancelled in the queue' })
    return false
  })
}

/** @returns nothing where it is not there any more, though it ended */
async function outcome(
  { key, index, queue }: OpenTrial,
  blobs: QueueBlobs,
): Promise<ExecutorEvent | undefined> {
  const job = await queue.getJob(key)
  if (job?.failedReason !== undefined && job.failedReason !== '')
    return { index, kind: 'failed', reason: reasonOf(job.failedReason) }
  const text = await blobs.result(key)
  if (text === undefined) return undefined
  try {
    const { code, result } = readAnswer(text)
    const kept = await Promise.all(result.kept.map(({ sha256 }) => blobs.parameters(sha256)))
    const there = kept.filter(each => each !== undefined)
    return there.length < kept.length ? undefined : { index, kind: 'done', code, result, kept: there }
  } catch (error) {
    return { index, kind: 'failed', reason: `what a worker sent is refused: ${String(error)}` }
  }
}

function reasonOf(reason: string): string {
  return reason.includes('stalled more than')
    ? 'its worker died, or lost the queue, again and again; see the logs of the workers'
    : reason
}
