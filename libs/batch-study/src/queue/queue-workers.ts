import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { QueueKeys } from './queue-names.ts'

const workerSchema = z.strictObject({
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  backend: z.enum(['native', 'wasm']),
  /** Trials at once, and how many run now. */
  slots: z.number(),
  running: z.number(),
  /** `codeHash` of the trials that it takes. */
  code: z.string(),
  node: z.string(),
  /** ISO 8601. */
  since: z.string(),
})

/** What a worker says of itself. */
export type ListedWorker = Readonly<z.infer<typeof workerSchema>>

export interface Listing {
  /** How many workers there are, as last heard. */
  readonly workers: () => number
  /** Takes it off the list. */
  readonly end: () => Promise<void>
}

/** In ms. */
const BEAT = 5000
/** In ms: a worker that was silent for so long is none. */
const SILENT = 20_000

/** Keeps a worker on the list of those that are there. */
export async function keepListed(
  redis: Redis,
  keys: QueueKeys,
  me: ListedWorker,
  running: () => number,
): Promise<Listing> {
  let workers = 1
  const beat = async (): Promise<void> => {
    const said = JSON.stringify({ ...me, running: running() })
    await redis
      .multi()
      .zadd(keys.workers, Date.now(), me.id)
      .set(keys.worker(me.id), said, 'PX', SILENT)
      .zremrangebyscore(keys.workers, 0, Date.now() - SILENT)
      .exec()
    workers = Math.max(1, await redis.zcard(keys.workers))
  }
  // While the server is lost, commands wait: one beat at a time.
  let beating = beat()
  await beating
  let isBusy = false
  const timer = setInterval(() => {
    if (isBusy) return
    isBusy = true
    beating = beat()
      .catch(() => undefined)
      .finally(() => (isBusy = false))
  }, BEAT)
  return {
    workers: () => workers,
    end: async () => {
      clearInterval(timer)
      await redis.multi().zrem(keys.workers, me.id).del(keys.worker(me.id)).exec()
    },
  }
}

/** The workers that are there. */
export async function listWorkers(redis: Redis, keys: QueueKeys): Promise<ListedWorker[]> {
  const ids = await redis.zrange(keys.workers, '0', '-1')
  if (ids.length === 0) return []
  const said = await redis.mget(ids.map(keys.worker))
  return said.flatMap(text => {
    const worker = workerSchema.safeParse(text === null ? undefined : parsed(text))
    return worker.success ? [worker.data] : []
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
