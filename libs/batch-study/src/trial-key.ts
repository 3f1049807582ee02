import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Trial } from './trial.ts'

/**
 * Under what the result of a trial is kept: the SHA-256 of the trial, as canonical JSON (RFC 8785), and of the code that
 * runs it. The same for the same trial however it was written.
 *
 * @param trial complete, as `checkTrial` gives it
 * @param code what `codeHash` gives
 * @returns hexadecimal, 64 digits
 */
export function trialKey(trial: Trial, code: string): string {
  const text = canonicalize({ trial, code })
  if (text === undefined) throw new TypeError('a trial is plain data')
  return createHash('sha256').update(text).digest('hex')
}
