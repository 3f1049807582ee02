import { createHash } from 'node:crypto'
import { z } from 'zod'
import { resultSchema } from './trial-result.ts'
import type { Trial } from './trial.ts'

const digest = z.string().regex(/^[0-9a-f]{64}$/)

const recordSchema = z.strictObject({
  key: digest,
  /** Of the code that ran it: `codeHash`. */
  code: digest,
  trial: z.custom<Trial>(value => typeof value === 'object' && value !== null),
  result: resultSchema,
  /** When it was finished, ISO 8601. */
  finished: z.iso.datetime(),
})

/** A finished trial, as it is kept. */
export type TrialRecord = Readonly<z.infer<typeof recordSchema>>

/**
 * A record as text: the SHA-256 of what follows, and a line of JSON.
 *
 * @throws TypeError when a number in it is not finite, or a field is missing: what could not be read again
 */
export function writeRecord(record: TrialRecord): string {
  const checked = recordSchema.safeParse(record)
  if (!checked.success) throw new TypeError(`This record cannot be kept:\n${z.prettifyError(checked.error)}`)
  const text = JSON.stringify(record)
  return `${checksum(text)}\n${text}\n`
}

/** @returns `torn` where the text is not whole, `other` where it is a record of another version of this library */
export function readRecord(text: string): TrialRecord | 'torn' | 'other' {
  const [sum, json, end, ...rest] = text.split('\n')
  if (json === undefined || end !== '' || rest.length > 0 || sum !== checksum(json)) return 'torn'
  const parsed = recordSchema.safeParse(JSON.parse(json))
  return parsed.success ? Object.freeze(parsed.data) : 'other'
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
