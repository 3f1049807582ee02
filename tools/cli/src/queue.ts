import type { QueueOffice, QueueStatus } from '@flatland/batch-study/queue'
import type { Command } from 'commander'
import { queueOption, queueUrl } from './queue-option.ts'

interface Where {
  readonly queue?: string
}

export function addQueue(program: Command): void {
  const queue = program
    .command('queue')
    .description('look at a queue of trials, and tidy it')
    .addHelpText(
      'after',
      `
A trial is named by its key, or by how the key begins; without one, all are meant.

Examples:
  $ npx flatland queue status --queue redis://queue.example
  $ npx flatland queue cancel 3f9a
  $ npx flatland queue retry
  $ npx flatland queue purge`,
    )
  queue
    .command('status', { isDefault: true })
    .description('workers, trials that wait, run, failed, and why')
    .addOption(queueOption())
    .action((where: Where) => inOffice(where, async office => statusText(await office.status())))
  addChange(queue, 'cancel', 'give up trials that wait or run', (office, keys) => office.cancel(keys))
  addChange(queue, 'retry', 'let failed trials wait again', (office, keys) => office.retry(keys))
  queue
    .command('purge')
    .description('remove what ended: failed trials, and results that nobody asked for')
    .addOption(queueOption())
    .action((where: Where) => inOffice(where, async office => `purged: ${await office.purge()} trials`))
}

function addChange(
  queue: Command,
  name: string,
  description: string,
  change: (office: QueueOffice, keys: readonly string[]) => Promise<number>,
): void {
  queue
    .command(name)
    .description(description)
    .argument('[keys...]', 'keys, or how they begin (default: all)')
    .addOption(queueOption())
    .action((keys: string[], where: Where) =>
      inOffice(where, async office => `${name}: ${await change(office, keys)} trials`),
    )
}

async function inOffice(where: Where, act: (office: QueueOffice) => Promise<string>): Promise<void> {
  const url = await queueUrl(where)
  const { queueOffice } = await import('@flatland/batch-study/queue')
  const office = await queueOffice(url, said => {
    console.error(said)
  })
  try {
    console.log(await act(office))
  } finally {
    await office.close()
  }
}

/** For a terminal. */
function statusText({ queues, workers, failed, memory }: QueueStatus): string {
  const lines = [
    ...(queues.length === 0 ? ['No trials.'] : queues.map(countsText)),
    ...(workers.length === 0 ? ['No workers.'] : []),
    ...workers.map(
      ({ host, pid, backend, slots, running, code, since }) =>
        `worker ${host} ${pid}: ${running} of ${slots} slots, ${backend}, code ${code.slice(0, 12)}, since ${since.slice(0, 16)}`,
    ),
    ...failed.map(({ key, reason }) => `failed ${key.slice(0, 12)}: ${reason.split('\n').join(' ')}`),
    `The server uses ${(memory / 1e6).toFixed(1)} MB.`,
  ]
  return lines.join('\n')
}

function countsText({ queue, waiting, running, failed, finished }: QueueStatus['queues'][number]): string {
  return `${queue}: ${waiting} wait, ${running} run, ${failed} failed, ${finished} finished and not yet stored`
}
