/** The queue of the trials that one code and one backend run: workers of another code never see them. */
export function queueName(code: string, backend: string): string {
  return `trials-${backend}-${code.slice(0, 16)}`
}

/** Keys of ours beside BullMQ's, all under the prefix of the address. */
export function queueKeys(prefix: string) {
  return {
    /** Parameters, as float32 numbers, little-endian. */
    parameters: (sha256: string) => `${prefix}:parameters:${sha256}`,
    /** The result of a trial, as JSON. */
    result: (trial: string) => `${prefix}:result:${trial}`,
    /** Where a trial was when it was last looked at. */
    checkpoint: (trial: string) => `${prefix}:checkpoint:${trial}`,
    /** Set while a trial is to be given up. */
    cancelled: (trial: string) => `${prefix}:cancelled:${trial}`,
    /** Names of queues that have had trials, by when the last was added (ms). */
    queues: `${prefix}:queues`,
    /** Ids of workers, by when they were last heard of (ms). */
    workers: `${prefix}:workers`,
    worker: (id: string) => `${prefix}:worker:${id}`,
  }
}

export type QueueKeys = ReturnType<typeof queueKeys>

/** In seconds: how long the server keeps what nobody asks for. */
export const KEPT = 30 * 24 * 3600
/** In seconds: how long a result stays after it was stored, for another sweep that waits for the same trial. */
export const KEPT_AFTER = 60
