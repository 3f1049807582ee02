import process from 'node:process'
import { Option } from 'commander'
import { UsageError } from './usage-error.ts'

/** `--queue`, the same wherever a queue is named. */
export function queueOption(): Option {
  return new Option(
    '--queue <url>',
    'address of the queue, redis://[user:password@]host[:port][/database][?prefix=name] or rediss:// for TLS; a password is ' +
      'safer in FLATLAND_QUEUE, which other users do not see',
  ).env('FLATLAND_QUEUE')
}

/**
 * The address that was given, by the option or the environment.
 *
 * @throws UsageError when there is none, or it is no address of a queue
 */
export async function queueUrl({ queue }: { readonly queue?: string }): Promise<string> {
  if (queue === undefined || queue === '')
    throw new UsageError('no queue is named: give --queue redis://host, or set FLATLAND_QUEUE.')
  const { queueAddress } = await import('@flatland/batch-study/queue')
  try {
    queueAddress(queue)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
  // Of no use to what this process starts.
  delete process.env['FLATLAND_QUEUE']
  return queue
}
