import { z } from 'zod'

/** MNIST's pixels and digits. */
export const INPUTS = 784
export const CLASSES = 10

/**
 * What to time, as plain data: one network, one backend, one way of running, one number of threads, many batch sizes.
 * Backend and threads belong to a process, so each study runs in a process of its own.
 */
const updateTimeStudySchema = z
  .strictObject({
    backend: z.enum(['native', 'wasm']),
    /** `eager`: one call into the backend for each operation; `compiled`: one for the whole update, native only. */
    mode: z.enum(['eager', 'compiled']),
    /** Threads inside one operation; wasm has one. */
    threads: z.int().positive(),
    /** Units of the hidden layers of the MLP 784–…–10 that is trained on MNIST. */
    hidden: z.array(z.int().positive()),
    /** Examples in one update; each at most the 60 000 of MNIST's training set. */
    batchSizes: z.array(z.int().positive().max(60_000)).min(1),
    /** Timed updates at each batch size, over all rounds: at most about this many … */
    repetitions: z.int().positive(),
    /** … or as many as fit into this time, but never fewer than one a round. In seconds. */
    secondsPerSize: z.number().positive(),
    /** Fixes the start and the order of the examples. */
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1),
  })
  .refine(study => study.backend !== 'wasm' || study.threads === 1, {
    path: ['threads'],
    error: 'wasm has one thread',
  })
  .refine(study => study.backend !== 'wasm' || study.mode === 'eager', {
    path: ['mode'],
    error: "only native compiles: on wasm a compiled update runs eagerly, so its mode is 'eager'",
  })

/**
 * A timing of updates as plain data.
 *
 * @interface
 */
export type UpdateTimeStudy = Readonly<z.infer<typeof updateTimeStudySchema>>

/** One measured point. Times are in milliseconds. */
export interface UpdateTime {
  readonly backend: 'native' | 'wasm'
  readonly mode: 'eager' | 'compiled'
  readonly threads: number
  readonly batchSize: number
  /** Median time of one update: forward, backward, and the change of the parameters. */
  readonly median: number
  /** First and third quartile. */
  readonly lower: number
  readonly upper: number
  readonly repetitions: number
}

/** A batch size that could not be timed, and why: out of memory, or stopped by the caller. */
export interface MissingUpdateTime {
  readonly batchSize: number
  readonly reason: string
}

export interface UpdateTimes {
  readonly study: UpdateTimeStudy
  readonly rows: readonly UpdateTime[]
  readonly missing: readonly MissingUpdateTime[]
  /** TensorFlow's version, `null` on wasm. */
  readonly tensorflow: string | null
  /**
   * The floating-point operations a second of large matrix products on the study's backend and threads: the best of
   * all rounds. `null` when the study was stopped before it began.
   */
  readonly flopsPerSecond: number | null
}

/**
 * Checks a study before anything runs.
 *
 * @throws RangeError that names each field that is wrong, with what was given and what is allowed
 */
export function checkUpdateTimeStudy(study: unknown): UpdateTimeStudy {
  const result = updateTimeStudySchema.safeParse(study)
  if (!result.success) throw new RangeError(`This study cannot be timed:\n${z.prettifyError(result.error)}`)
  return Object.freeze(result.data)
}
