import process from 'node:process'
import { Option } from 'commander'
import { queueUrl } from './queue-option.ts'
import { UsageError } from './usage-error.ts'

/** `--executor`: what runs the trials of a notebook. */
export function executorOption(): Option {
  return new Option(
    '--executor <where>',
    'what runs the trials: local, or the address of a queue (default: the queue that FLATLAND_QUEUE names, or else local)',
  )
}

/**
 * Tells the kernel, by its environment alone, what runs the trials of its sweeps: an address may hold a password, so no notebook
 * gets it. Says who is at the queue.
 *
 * @throws UsageError when it is neither `local` nor an address; QueueError when the queue cannot be reached
 */
export async function chooseExecutor(given = process.env['FLATLAND_QUEUE'] ?? ''): Promise<void> {
  if (given === '' || given === 'local') {
    delete process.env['FLATLAND_QUEUE']
    return
  }
  const url = await queueUrl({ queue: given }).catch((error: unknown) => {
    throw new UsageError(
      `--executor (or FLATLAND_QUEUE) is local or the address of a queue. ${error instanceof Error ? error.message : String(error)}`,
    )
  })
  const { queueAddress, queueOffice } = await import('@flatland/batch-study/queue')
  const { codeHash } = await import('@flatland/batch-study')
  const office = await queueOffice(url, said => {
    console.error(said)
  })
  try {
    const { workers } = await office.status()
    console.error(`Trials go to ${queueAddress(url).shown}: ${workersText(workers, codeHash())}`)
  } finally {
    await office.close()
  }
  process.env['FLATLAND_QUEUE'] = url
}

function workersText(
  workers: readonly { readonly code: string; readonly slots: number }[],
  code: string,
): string {
  const own = workers.filter(each => each.code === code)
  const others = workers.length - own.length
  const slots = own.reduce((sum, each) => sum + each.slots, 0)
  const there =
    own.length === 0
      ? 'no worker of this code is there yet; trials wait until one is (npx flatland worker).'
      : `${own.length} workers of this code, ${slots} trials at once.`
  return others === 0 ? there : `${there} ${others} workers run other code and take none of them.`
}
