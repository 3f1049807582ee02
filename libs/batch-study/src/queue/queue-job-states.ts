import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'

export type JobState = 'missing' | 'open' | 'completed' | 'failed'

/** Where jobs are, all asked at once. */
export async function jobStates(
  redis: Redis,
  jobs: readonly { readonly queue: Queue; readonly key: string }[],
): Promise<JobState[]> {
  const pipeline = redis.pipeline()
  for (const { queue, key } of jobs)
    pipeline.hmget(queue.toKey(key), 'timestamp', 'finishedOn', 'failedReason')
  const answers = await pipeline.exec()
  return jobs.map((_, i) => {
    const [error, fields] = answers?.[i] ?? []
    if (error) throw error
    const [timestamp, finished, failed] = fields as readonly (string | null)[]
    if (timestamp === null || timestamp === undefined) return 'missing'
    if (finished === null || finished === undefined) return 'open'
    return failed === null || failed === undefined ? 'completed' : 'failed'
  })
}
