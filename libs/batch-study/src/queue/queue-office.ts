import { type Job, Queue } from 'bullmq'
import { chunks } from './chunks.ts'
import { queueAddress } from './queue-address.ts'
import { type ConnectionListener, connectionOptions, connectQueue } from './queue-connection.ts'
import { queueKeys } from './queue-names.ts'
import { type ListedWorker, listWorkers } from './queue-workers.ts'

/** A trial that failed. */
interface FailedTrial {
  readonly key: string
  readonly queue: string
  readonly reason: string
}

/** Trials of one code and backend. */
interface QueueCounts {
  readonly queue: string
  readonly waiting: number
  readonly running: number
  readonly failed: number
  /** Done, and not yet stored by the sweep that wants them. */
  readonly finished: number
}

export interface QueueStatus {
  readonly queues: readonly QueueCounts[]
  readonly workers: readonly ListedWorker[]
  /** The last 100. */
  readonly failed: readonly FailedTrial[]
  /** Bytes that the server uses. */
  readonly memory: number
}

/** What can be done with a queue from outside. */
export interface QueueOffice {
  readonly status: () => Promise<QueueStatus>
  /** Gives up trials that wait or run, by the beginnings of their keys; all where none are given. @returns how many */
  readonly cancel: (keys: readonly string[]) => Promise<number>
  /** Lets failed trials wait again. @returns how many */
  readonly retry: (keys: readonly string[]) => Promise<number>
  /** Removes what ended: failed trials, results that nobody asked for. @returns how many */
  readonly purge: () => Promise<number>
  readonly close: () => Promise<void>
}

const AT_ONCE = 200
const WAITING = ['wait', 'prioritized', 'delayed'] as const

/**
 * @throws RangeError when the URL is none of a queue; QueueError (a rejection) when its server cannot be reached
 */
export async function queueOffice(url: string, onChange: ConnectionListener): Promise<QueueOffice> {
  const address = queueAddress(url)
  const redis = await connectQueue(address, onChange)
  const keys = queueKeys(address.prefix)
  const options = { connection: connectionOptions(address), prefix: address.prefix }
  const queues = (await redis.zrange(keys.queues, '0', '-1')).map(name => new Queue(name, options))
  for (const each of queues) each.on('error', () => undefined)

  const chosen = async (kinds: readonly Kind[], wanted: readonly string[]): Promise<Job[]> => {
    const jobs = await Promise.all(queues.map(queue => queue.getJobs([...kinds])))
    return jobs
      .flat()
      .filter(({ id }) => wanted.length === 0 || wanted.some(beginning => id?.startsWith(beginning)))
  }
  return Object.freeze<QueueOffice>({
    status: async () => {
      const counts = await Promise.all(queues.map(countsOf))
      const failed = await Promise.all(queues.map(queue => queue.getJobs(['failed'], 0, 99)))
      const [, memory = '0'] = /^used_memory:(\d+)/m.exec(await redis.info('memory')) ?? []
      return {
        queues: counts.filter(each => each.waiting + each.running + each.failed + each.finished > 0),
        workers: await listWorkers(redis, keys),
        failed: failed.flat().map(job => ({
          key: job.id ?? '',
          queue: job.queueName,
          reason: job.failedReason,
        })),
        memory: Number(memory),
      }
    },
    cancel: async wanted => {
      const jobs = await chosen([...WAITING, 'active'], wanted)
      // First the mark, by which sweeps and workers know what became of them.
      await inPieces(jobs, ({ id = '' }) => redis.set(keys.cancelled(id), '1', 'EX', 24 * 3600))
      // One that runs is locked: its worker ends it.
      await inPieces(jobs, job => job.remove().catch(() => undefined))
      return jobs.length
    },
    retry: async wanted => {
      const failed = await chosen(['failed'], wanted)
      await inPieces(failed, async job => {
        await redis.del(keys.cancelled(job.id ?? ''))
        await job.retry('failed')
      })
      return failed.length
    },
    purge: async () => {
      const ended = await chosen(['failed', 'completed'], [])
      await inPieces(ended, async job => {
        await redis.del(keys.result(job.id ?? ''), keys.checkpoint(job.id ?? ''))
        await job.remove()
      })
      return ended.length
    },
    close: async () => {
      await Promise.all(queues.map(each => each.close()))
      redis.disconnect()
    },
  })
}

type Kind = 'active' | 'failed' | 'completed' | (typeof WAITING)[number]

async function countsOf(queue: Queue): Promise<QueueCounts> {
  const counts = await queue.getJobCounts(...WAITING, 'active', 'failed', 'completed')
  const sum = (names: readonly string[]): number =>
    names.reduce((total, name) => total + (counts[name] ?? 0), 0)
  return {
    queue: queue.name,
    waiting: sum(WAITING),
    running: sum(['active']),
    failed: sum(['failed']),
    finished: sum(['completed']),
  }
}

async function inPieces<T>(list: readonly T[], act: (each: T) => Promise<unknown>): Promise<void> {
  for (const some of chunks(list, AT_ONCE)) await Promise.all(some.map(act))
}
