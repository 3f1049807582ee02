import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { cacheDirectory } from '@flatland/tensor'
import canonicalize from 'canonicalize'
import { z } from 'zod'
import { digest, recordStore, type RecordStore } from './record-store.ts'

/** The text of the record has a checksum: what JSON gives back is JSON. */
const json = z.custom<unknown>(value => value !== undefined)

const taskSchema = z.strictObject({
  key: digest,
  /** Of the module that did it, `codeHash`. */
  code: digest,
  /** Its address, then and there. */
  module: z.string(),
  /** The function of it, and with what it was called. */
  name: z.string(),
  argument: json.optional(),
  task: json,
  result: json,
  /** What ran its tensors; TensorFlow's version is `null` off native. */
  backend: z.strictObject({ name: z.string(), tensorflow: z.string().nullable(), threads: z.number() }),
  /** When it was finished, ISO 8601. */
  finished: z.iso.datetime(),
})

/**
 * A task that is done, as it is kept.
 *
 * @interface
 */
export type TaskRecord = Readonly<z.infer<typeof taskSchema>>

/**
 * Where `storedTasks` keeps what is done.
 *
 * @param folder default: `tasks` in the cache of this machine, see `cacheDirectory`
 *
 * @example
 * const { records } = await taskStore().list()
 */
export function taskStore(folder = join(cacheDirectory(), 'tasks')): RecordStore<TaskRecord> {
  return recordStore(folder, taskSchema, 'tasks')
}

/** All on which the result of a task depends. */
interface TaskIdentity {
  readonly task: unknown
  readonly name: string
  readonly argument?: unknown
  readonly code: string
  /** As it was asked for. */
  readonly backend: string
}

/** Under what the result of a task is kept: the SHA-256 of all that as canonical JSON (RFC 8785). */
export function taskKey(identity: TaskIdentity): string {
  return createHash('sha256')
    .update(canonicalize(identity) ?? '')
    .digest('hex')
}
