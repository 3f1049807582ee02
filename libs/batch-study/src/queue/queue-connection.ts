import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { QueueAddress } from './queue-address.ts'

/** A queue's server does not answer, or not as it should: nothing was begun. */
export class QueueError extends Error {
  override name = 'QueueError'
}

/** Hears when the server is lost, and when it is there again. */
export type ConnectionListener = (said: string) => void

/** Between two attempts, in ms: 250, 500, 1000 … and at most 10 s. */
const backoff = (attempt: number): number => Math.min(250 * 2 ** (attempt - 1), 10_000)

const CONNECT_TIMEOUT = 5000

/** What every connection to the server has. Commands wait while it is lost. */
export function connectionOptions(address: QueueAddress) {
  return {
    host: address.host,
    port: address.port,
    db: address.database,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.tls && { tls: {} }),
    connectTimeout: CONNECT_TIMEOUT,
    // A peer that went without a word is noticed, not only when the system's own timers run out. No command waits longer on
    // purpose, and a checkpoint of some megabytes gets through a slow line.
    keepAlive: 5000,
    socketTimeout: 60_000,
    maxRetriesPerRequest: null,
    enableReadyCheck: true,
    retryStrategy: backoff,
  }
}

/**
 * Connects to the server of a queue; once it is there, a loss is waited for, and told.
 *
 * @param onChange hears of a loss, each further attempt that fails after some seconds, and the end of it
 * @throws QueueError (a rejection) when it cannot be reached, does not let us in, or is no server for queues
 */
export async function connectQueue(address: QueueAddress, onChange: ConnectionListener): Promise<Redis> {
  const redis = new Redis({ ...connectionOptions(address), lazyConnect: true, retryStrategy: () => null })
  let problem: Error | undefined
  redis.on('error', (error: Error) => (problem = error))
  try {
    await Promise.race([redis.connect(), timeout()])
    await checkServer(redis, address)
  } catch (error) {
    redis.disconnect()
    throw error instanceof QueueError ? error : refusal(address, problem ?? error)
  }
  redis.options.retryStrategy = backoff
  tellOfLosses(redis, address, onChange)
  return redis
}

async function timeout(): Promise<never> {
  await setTimeout(CONNECT_TIMEOUT + 500, undefined, { ref: false })
  throw new Error(`no answer within ${CONNECT_TIMEOUT / 1000} s`)
}

/** @throws QueueError (a rejection) when jobs would be lost there */
async function checkServer(redis: Redis, { shown }: QueueAddress): Promise<void> {
  const memory = await redis.info('memory')
  const [, policy = 'noeviction'] = /^maxmemory_policy:(\S+)/m.exec(memory) ?? []
  if (policy !== 'noeviction')
    throw new QueueError(
      `The queue ${shown} throws away what it holds when its memory is full (maxmemory-policy ${policy}): ` +
        'set maxmemory-policy noeviction there.',
    )
}

function refusal({ shown, tls }: QueueAddress, problem: unknown): QueueError {
  const said = problem instanceof Error ? problem.message : String(problem)
  const code = problem instanceof Error && 'code' in problem ? String(problem.code) : ''
  if (/WRONGPASS|NOAUTH|NOPERM|invalid username-password/i.test(said))
    return new QueueError(`The queue ${shown} does not let us in: check user and password of its address.`)
  const why = said === '' ? code : said
  const hint = tls
    ? 'Check host, port, and that its certificate is one that Node trusts (NODE_EXTRA_CA_CERTS names a file of others).'
    : 'Check host and port, and that the server runs; where it wants TLS, write rediss://.'
  return new QueueError(`The queue ${shown} cannot be reached: ${why}. ${hint}`)
}

function tellOfLosses(redis: Redis, { shown }: QueueAddress, onChange: ConnectionListener): void {
  let lostAt: number | undefined
  redis.on('reconnecting', (delay: number) => {
    if (lostAt === undefined) {
      lostAt = Date.now()
      onChange(`The queue ${shown} is lost; trying again.`)
    } else if (delay >= 2000) {
      onChange(
        `The queue ${shown} is lost for ${seconds(lostAt)} s; the next attempt comes in ${delay / 1000} s.`,
      )
    }
  })
  redis.on('ready', () => {
    if (lostAt !== undefined) onChange(`The queue ${shown} is there again, after ${seconds(lostAt)} s.`)
    lostAt = undefined
  })
}

const seconds = (since: number): number => Math.round((Date.now() - since) / 1000)
