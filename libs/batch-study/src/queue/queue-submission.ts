import { EventEmitter, once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { Queue, QueueEvents } from 'bullmq'
import { codeHash } from '../code-hash.ts'
import type { ExecutorEvent, TrialJob } from '../executor.ts'
import { trialKey } from '../trial-key.ts'
import type { QueueAddress } from './queue-address.ts'
import { queueBlobs } from './queue-blobs.ts'
import { type ConnectionListener, connectionOptions, connectQueue } from './queue-connection.ts'
import { queueKeys, queueName } from './queue-names.ts'
import {
  giveUp,
  lookAfter,
  type OpenTrial,
  report,
  settle,
  submitAll,
  type SubmittedTrials,
} from './submitted-trials.ts'

type Done = Extract<ExecutorEvent, { kind: 'done' }>

/** The trials of one sweep in the queue. */
export interface Submission {
  /** After a result was stored. */
  readonly forget: (event: Done) => Promise<void>
  /** Gives up those that have not ended. */
  readonly close: () => Promise<void>
}

export interface SubmissionListener {
  /** Hears what happens to each trial. */
  readonly tell: (event: ExecutorEvent) => void
  /** Hears what keeps all of them from going on. */
  readonly fail: (error: unknown) => void
  readonly onChange: ConnectionListener
}

/** How often it is looked whether something ended unheard, or was forgotten by the server, in ms. */
const LOOK_EVERY = 10_000
/** How long the server is waited for in the end, in ms. */
const LAST_WORDS = 5000

/**
 * Puts the trials of a sweep into the queue, and tells what happens to them until it is closed.
 *
 * @throws QueueError (a rejection) when the server cannot be reached; RangeError when a trial is there twice
 */
export async function openSubmission(
  address: QueueAddress,
  jobs: readonly TrialJob[],
  { tell, fail, onChange }: SubmissionListener,
): Promise<Submission> {
  const code = codeHash()
  /** Rung when there is a reason to look. */
  const bell = new EventEmitter()
  const redis = await connectQueue(address, said => {
    onChange(said)
    bell.emit('ring')
  })
  const options = { connection: connectionOptions(address), prefix: address.prefix }
  const names = [...new Set(jobs.map(({ trial }) => queueName(code, trial.backend)))]
  const queues = names.map(name => new Queue(name, { ...options, streams: { events: { maxLen: 1000 } } }))
  const events = names.map(name => new QueueEvents(name, options))
  // The connection above tells of losses for all.
  for (const each of queues) each.on('error', () => undefined)
  for (const each of events) each.on('error', () => undefined)

  const all = jobs.flatMap((job, index): OpenTrial[] => {
    const queue = queues.find(({ name }) => name === queueName(code, job.trial.backend))
    return queue === undefined ? [] : [{ key: trialKey(job.trial, code), index, job, queue }]
  })
  const trials: SubmittedTrials = {
    redis,
    blobs: queueBlobs(redis, address.prefix),
    keys: queueKeys(address.prefix),
    code,
    size: jobs.length,
    open: new Map(all.map(each => [each.key, each])),
    settling: new Set(),
    tell,
  }
  const closed = new AbortController()
  const close = async (): Promise<void> => {
    closed.abort()
    await within(LAST_WORDS, giveUp(trials))
    trials.open.clear()
    await within(LAST_WORDS, Promise.allSettled([...events, ...queues].map(each => each.close())))
    redis.disconnect()
  }
  if (trials.open.size !== jobs.length) {
    await close()
    throw new RangeError('a trial stands twice among those for the queue')
  }
  for (const each of events) hear(trials, each, bell, fail)
  watch(trials, events, bell, closed.signal).catch(fail)

  return Object.freeze<Submission>({
    forget: async ({ index, result }) => {
      const ended = all[index]
      if (ended === undefined) return
      await ended.queue.remove(ended.key)
      await trials.blobs.release(
        ended.key,
        result.kept.map(({ sha256 }) => sha256),
      )
    },
    close,
  })
}

async function watch(
  trials: SubmittedTrials,
  events: readonly QueueEvents[],
  bell: EventEmitter,
  closed: AbortSignal,
): Promise<void> {
  await Promise.all(events.map(each => each.waitUntilReady()))
  await submitAll(trials)
  for (;;) {
    await once(bell, 'ring', { signal: AbortSignal.any([closed, AbortSignal.timeout(LOOK_EVERY)]) }).catch(
      () => undefined,
    )
    if (closed.aborted) return
    await lookAfter(trials)
  }
}

function hear(
  trials: SubmittedTrials,
  events: QueueEvents,
  bell: EventEmitter,
  fail: (error: unknown) => void,
): void {
  events.on('removed', () => bell.emit('ring'))
  events.on('completed', ({ jobId }) => void settle(trials, jobId).catch(fail))
  events.on('failed', ({ jobId }) => void settle(trials, jobId).catch(fail))
  events.on('progress', ({ jobId, data }) => {
    report(trials, jobId, data)
  })
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work, setTimeout(ms, undefined, { ref: false })])
}
