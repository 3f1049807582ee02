import { EventEmitter, on } from 'node:events'
import type { Executor, ExecutorEvent, TrialJob } from '../executor.ts'
import { type QueueAddress, queueAddress } from './queue-address.ts'
import type { ConnectionListener } from './queue-connection.ts'
import { openSubmission } from './queue-submission.ts'

/**
 * Runs trials through a queue that any number of machines work off: see `flatland worker`. A trial of the same settings and
 * code is run once, whoever asks for it. What a worker finished while nobody waited for it is there when the sweep is run again.
 *
 * A result is delivered at least once; the sweep's store keeps it once, by its key, and only then the queue forgets it. A worker
 * that dies has its trial taken over by another, from its last checkpoint. A server that is lost is waited for, and what it
 * forgot is asked for again.
 *
 * A small sweep overtakes a large one: the fewer trials it has, the sooner they are taken. Stopping it gives its trials up.
 *
 * @param url `redis://` or `rediss://`: see `queueAddress`
 * @param onChange hears when the server is lost and there again. Default: standard error
 * @throws RangeError when the URL is none of a queue. By the sweep: QueueError when its server cannot be reached
 *
 * @example
 * for await (const event of sweep(trials, { executor: queue('redis://127.0.0.1:6379') })) console.log(event.kind)
 */
export function queue(
  url: string,
  onChange: ConnectionListener = said => {
    console.warn(said)
  },
): Executor {
  const address = queueAddress(url)
  return Object.freeze({
    run: (jobs: readonly TrialJob[], signal: AbortSignal) => runThrough(address, jobs, signal, onChange),
  })
}

async function* runThrough(
  address: QueueAddress,
  jobs: readonly TrialJob[],
  signal: AbortSignal,
  onChange: ConnectionListener,
): AsyncGenerator<ExecutorEvent, void, undefined> {
  if (jobs.length === 0) return
  const emitter = new EventEmitter()
  const heard = on(emitter, 'event', { close: ['end'] }) as AsyncIterable<readonly [ExecutorEvent]>
  const stop = (): void => {
    emitter.emit('end')
  }
  signal.addEventListener('abort', stop)
  const submission = await openSubmission(address, jobs, {
    tell: event => emitter.emit('event', event),
    fail: error => emitter.emit('error', error),
    onChange,
  })
  try {
    let left = jobs.length
    for await (const [event] of heard) {
      if (signal.aborted) return
      yield event
      // Whoever reads has stored it before it asks for the next.
      if (event.kind === 'done') await submission.forget(event)
      if (event.kind !== 'progress' && --left === 0) return
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await submission.close()
  }
}
