import type { Redis } from 'ioredis'

/** How many jobs wait in a queue of BullMQ. */
export async function waitingIn(redis: Redis, prefix: string, queue: string): Promise<number> {
  const [plain, prioritized] = await Promise.all([
    redis.llen(`${prefix}:${queue}:wait`),
    redis.zcard(`${prefix}:${queue}:prioritized`),
  ])
  return plain + prioritized
}
