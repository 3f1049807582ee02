import type { Redis } from 'ioredis'
import type { QueueKeys } from './queue-names.ts'
import { waitingIn } from './waiting.ts'

/**
 * Tells, once for each change, of trials that wait for workers of another code or backend: nobody should wonder why this one
 * is idle.
 *
 * @param own name of the queue that this worker works off
 */
export function foreignTrials(
  redis: Redis,
  keys: QueueKeys,
  prefix: string,
  own: string,
  listen: (said: string) => void,
): () => Promise<void> {
  let told = ''
  return async () => {
    const others = (await redis.zrange(keys.queues, '0', '-1')).filter(name => name !== own)
    const counts = await Promise.all(others.map(name => waitingIn(redis, prefix, name)))
    const waiting = others.flatMap((name, i) =>
      (counts[i] ?? 0) > 0 ? [`${counts[i] ?? 0} for ${name}`] : [],
    )
    const said = waiting.join(', ')
    if (said !== '' && said !== told)
      listen(
        `Trials wait that this worker cannot run (it works for ${own}): ${said}. They need workers of their code.`,
      )
    told = said
  }
}
