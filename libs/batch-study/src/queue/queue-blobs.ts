import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { KEPT, KEPT_AFTER, queueKeys } from './queue-names.ts'

/** In bytes, of parameters or a checkpoint: what Redis itself takes as one value. */
const LARGEST = 500_000_000

/** What is too large for a message, beside the queue: parameters, results, checkpoints. */
export interface QueueBlobs {
  /** @returns their SHA-256 */
  readonly putParameters: (values: Float32Array) => Promise<string>
  /** @returns nothing where they are not there, or are not what their name says */
  readonly parameters: (sha256: string) => Promise<Float32Array | undefined>
  readonly putResult: (trial: string, text: string) => Promise<void>
  readonly result: (trial: string) => Promise<string | undefined>
  readonly putCheckpoint: (trial: string, bytes: Uint8Array) => Promise<void>
  readonly checkpoint: (trial: string) => Promise<Uint8Array | undefined>
  readonly dropCheckpoint: (trial: string) => Promise<void>
  /** After it was stored: soon nothing is left of it. */
  readonly release: (trial: string, parameters: readonly string[]) => Promise<void>
}

/** @throws (all of them, as rejections) RangeError when something is too large, and what Redis says: `OOM` when it is full */
export function queueBlobs(redis: Redis, prefix: string): QueueBlobs {
  const keys = queueKeys(prefix)
  const put = async (key: string, value: string | Buffer): Promise<void> => {
    const size = Buffer.byteLength(value)
    if (size > LARGEST)
      throw new RangeError(`${key} is ${size} bytes; a queue takes at most ${LARGEST} in one piece`)
    await redis.set(key, value, 'EX', KEPT)
  }
  return Object.freeze<QueueBlobs>({
    putParameters: async values => {
      const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
      const sha256 = sha256Of(bytes)
      await put(keys.parameters(sha256), bytes)
      return sha256
    },
    parameters: async sha256 => {
      const bytes = await redis.getBuffer(keys.parameters(sha256))
      if (bytes === null || bytes.length % 4 !== 0 || sha256Of(bytes) !== sha256) return undefined
      // A copy: what is read may begin anywhere in its memory.
      return new Float32Array(Uint8Array.from(bytes).buffer)
    },
    putResult: (trial, text) => put(keys.result(trial), text),
    result: async trial => (await redis.get(keys.result(trial))) ?? undefined,
    putCheckpoint: (trial, bytes) => put(keys.checkpoint(trial), Buffer.from(bytes)),
    checkpoint: async trial => (await redis.getBuffer(keys.checkpoint(trial))) ?? undefined,
    dropCheckpoint: async trial => {
      await redis.del(keys.checkpoint(trial))
    },
    release: async (trial, parameters) => {
      for (const key of [keys.result(trial), ...parameters.map(keys.parameters)])
        await redis.expire(key, KEPT_AFTER)
    },
  })
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
