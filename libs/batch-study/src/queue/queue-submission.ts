import { setTimeout } from 'node:timers/promises'
import { Queue, QueueEvents } from 'bullmq'
import type { Redis } from 'ioredis'
import { codeHash } from '../code-hash.ts'
import type { ExecutorEvent, TrialJob } from '../executor.ts'
import { trialKey } from '../trial-key.ts'
import { chunks } from './chunks.ts'
import type { QueueAddress } from './queue-address.ts'
import { type QueueBlobs, queueBlobs } from './queue-blobs.ts'
import { type ConnectionListener, connectionOptions, connectQueue } from './queue-connection.ts'
import { jobStates } from './queue-job-states.ts'
import { type QueueJob, readAnswer, readReport } from './queue-messages.ts'
import { KEPT, queueKeys, queueName } from './queue-names.ts'

type Done = Extract<ExecutorEvent, { kind: 'done' }>

/** The trials of one sweep in the queue. */
export interface Submission {
  /** Adds them, and tells of each what happens; what cannot go on goes to `fail`. */
  readonly start: (tell: (event: ExecutorEvent) => void, fail: (error: unknown) => void) => void
  /** After a result was stored. */
  readonly forget: (event: Done) => Promise<void>
  /** Gives up those that have not ended. */
  readonly close: () => Promise<void>
}

/** How often it is looked whether something ended unheard, or was forgotten by the server, in ms. */
const LOOK_EVERY = 10_000
/** How many jobs go to the server, or are asked for, at once. */
const AT_ONCE = 200
/** BullMQ's least urgent. */
const LEAST_URGENT = 2_097_151
/** How long the server is waited for in the end, in ms. */
const LAST_WORDS = 5000

/** A trial that has not ended. */
interface Open {
  readonly key: string
  readonly index: number
  readonly job: TrialJob
  readonly queue: Queue
}

/** @throws QueueError (a rejection) when the server cannot be reached; RangeError when a trial is there twice */
export async function openSubmission(
  address: QueueAddress,
  jobs: readonly TrialJob[],
  onChange: ConnectionListener,
): Promise<Submission> {
  const code = codeHash()
  const again = new AbortController()
  let lookNow: () => void = () => undefined
  const redis = await connectQueue(address, said => {
    onChange(said)
    lookNow()
  })
  const blobs = queueBlobs(redis, address.prefix)
  const options = { connection: connectionOptions(address), prefix: address.prefix }
  const names = [...new Set(jobs.map(({ trial }) => queueName(code, trial.backend)))]
  const queues = new Map(
    names.map(name => [name, new Queue(name, { ...options, streams: { events: { maxLen: 1000 } } })]),
  )
  const events = names.map(name => new QueueEvents(name, options))
  // The connection above tells of losses for all.
  for (const each of queues.values()) each.on('error', () => undefined)
  for (const each of events) each.on('error', () => undefined)

  const open = new Map<string, Open>()
  for (const [index, job] of jobs.entries()) {
    const [key, queue] = [trialKey(job.trial, code), queues.get(queueName(code, job.trial.backend))]
    if (queue !== undefined) open.set(key, { key, index, job, queue })
  }
  if (open.size !== jobs.length) throw new RangeError('a trial stands twice among those for the queue')
  const all = [...open.values()]
  const settling = new Set<string>()
  const keys = queueKeys(address.prefix)

  const submit = async (wanted: readonly Open[]): Promise<void> => {
    for (const some of chunks(wanted, AT_ONCE)) {
      for (const { job } of some) if (job.start !== undefined) await blobs.putParameters(job.start)
      for (const queue of new Set(some.map(each => each.queue))) {
        const own = some.filter(each => each.queue === queue)
        await redis.zadd(keys.queues, Date.now(), queue.name)
        await queue.addBulk(own.map(({ key, job }) => queued(key, { code, trial: job.trial }, jobs.length)))
      }
    }
  }

  return Object.freeze<Submission>({
    start: (tell, fail) => {
      const settle = async (key: string): Promise<void> => {
        const found = open.get(key)
        if (found === undefined || settling.has(key)) return
        settling.add(key)
        try {
          const event = await outcome(found, blobs)
          if (event === undefined) {
            // Its result was lost with the server's memory.
            await found.queue.remove(key)
            await submit([found])
          } else {
            open.delete(key)
            tell(event)
          }
        } finally {
          settling.delete(key)
        }
      }
      const look = async (isFirst: boolean): Promise<void> => {
        for (const some of chunks([...open.values()], AT_ONCE)) {
          const states = await jobStates(redis, some)
          const [missing, failed] = (['missing', 'failed'] as const).map(state =>
            some.filter((_, i) => states[i] === state),
          ) as [Open[], Open[]]
          if (isFirst) {
            // Asked for again, it is tried again.
            await redis.del(some.map(({ key }) => keys.cancelled(key)))
            await Promise.all(failed.map(({ queue, key }) => queue.remove(key)))
            await submit([...missing, ...failed])
          } else {
            await submit(await withoutCancelled(missing))
          }
          const ended = isFirst ? ['completed'] : ['completed', 'failed']
          for (const [i, { key }] of some.entries()) if (ended.includes(states[i] ?? '')) await settle(key)
        }
      }
      /** A trial that somebody took out of the queue has no result. */
      const withoutCancelled = async (missing: readonly Open[]): Promise<Open[]> => {
        if (missing.length === 0) return []
        const marks = await redis.mget(missing.map(({ key }) => keys.cancelled(key)))
        return missing.filter(({ key, index }, i) => {
          if (marks[i] === null) return true
          if (open.delete(key)) tell({ index, kind: 'failed', reason: 'it was cancelled in the queue' })
          return false
        })
      }
      const work = async (): Promise<void> => {
        for (const each of events) {
          each.on('removed', () => {
            lookNow()
          })
          each.on('completed', ({ jobId }) => void settle(jobId).catch(fail))
          each.on('failed', ({ jobId }) => void settle(jobId).catch(fail))
          each.on('progress', ({ jobId, data }) => {
            const found = open.get(jobId)
            if (found === undefined) return
            for (const progress of readReport(data)) tell({ index: found.index, kind: 'progress', progress })
          })
          await each.waitUntilReady()
        }
        await look(true)
        for (;;) {
          await Promise.race([
            setTimeout(LOOK_EVERY, undefined, { signal: again.signal, ref: false }).catch(() => undefined),
            new Promise<void>(resolve => (lookNow = resolve)),
          ])
          if (again.signal.aborted) return
          await look(false)
        }
      }
      work().catch(fail)
    },
    forget: async ({ index, result }) => {
      const ended = all[index]
      if (ended === undefined) return
      await ended.queue.remove(ended.key)
      await blobs.release(
        ended.key,
        result.kept.map(({ sha256 }) => sha256),
      )
    },
    close: async () => {
      again.abort()
      await Promise.race([
        giveUp(redis, keys, [...open.values()]),
        setTimeout(LAST_WORDS, undefined, { ref: false }),
      ])
      open.clear()
      await Promise.race([
        Promise.allSettled([...events, ...queues.values()].map(each => each.close())),
        setTimeout(LAST_WORDS, undefined, { ref: false }),
      ])
      redis.disconnect()
    },
  })
}

function queued(key: string, data: QueueJob, trials: number) {
  const opts = {
    jobId: key,
    priority: Math.min(trials, LEAST_URGENT),
    removeOnComplete: { age: KEPT },
    removeOnFail: { age: KEPT, count: 10_000 },
  }
  return { name: 'trial', data, opts }
}

/** @returns nothing where it is not there any more, though it ended */
async function outcome({ key, index, queue }: Open, blobs: QueueBlobs): Promise<ExecutorEvent | undefined> {
  const job = await queue.getJob(key)
  if (job?.failedReason !== undefined && job.failedReason !== '')
    return { index, kind: 'failed', reason: reasonOf(job.failedReason) }
  const text = await blobs.result(key)
  if (text === undefined) return undefined
  try {
    const { code, result } = readAnswer(text)
    const kept = await Promise.all(result.kept.map(({ sha256 }) => blobs.parameters(sha256)))
    if (kept.some(each => each === undefined)) return undefined
    return { index, kind: 'done', code, result, kept: kept.filter(each => each !== undefined) }
  } catch (error) {
    return { index, kind: 'failed', reason: `what a worker sent is refused: ${String(error)}` }
  }
}

function reasonOf(reason: string): string {
  return reason.includes('stalled more than')
    ? 'its worker died, or lost the queue, again and again; see the logs of the workers'
    : reason
}

async function giveUp(
  redis: Redis,
  keys: ReturnType<typeof queueKeys>,
  left: readonly Open[],
): Promise<void> {
  for (const some of chunks(left, AT_ONCE)) {
    await Promise.all(some.map(({ key }) => redis.set(keys.cancelled(key), '1', 'EX', 24 * 3600)))
    await Promise.all(some.map(({ queue, key }) => queue.remove(key)))
  }
}
