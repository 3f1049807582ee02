import { z } from 'zod'
import { digest } from './record-store.ts'
import { resultSchema } from './trial-result.ts'
import type { Trial } from './trial.ts'

export const recordSchema = z.strictObject({
  key: digest,
  /** Of the code that ran it: `codeHash`. */
  code: digest,
  trial: z.custom<Trial>(value => typeof value === 'object' && value !== null),
  result: resultSchema,
  /** When it was finished, ISO 8601. */
  finished: z.iso.datetime(),
})

/**
 * A finished trial, as it is kept.
 *
 * @interface
 */
export type TrialRecord = Readonly<z.infer<typeof recordSchema>>
