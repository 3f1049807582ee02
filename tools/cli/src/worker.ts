import { availableParallelism } from 'node:os'
import process from 'node:process'
import { type Command, InvalidArgumentError } from 'commander'
import { queueOption, queueUrl } from './queue-option.ts'

interface WorkerOptions {
  readonly queue?: string
  readonly slots: number
}

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('run the trials that wait in a queue, until it is stopped')
    .addOption(queueOption())
    .option('--slots <number>', 'trials at once', wholeFromOne, availableParallelism())
    .addHelpText(
      'after',
      `
It takes the trials of its own code only, and fetches the data sets that they need. Ctrl-C and SIGTERM drain it: trials that run
are handed back where they are, and go on elsewhere; a second time ends it at once.

Example:
  $ npx flatland worker --queue redis://queue.example --slots 4`,
    )
    .action(async (options: WorkerOptions) => {
      await work(await queueUrl(options), options.slots)
    })
}

async function work(url: string, slots: number): Promise<void> {
  const { inProcesses, trialProcesses, workQueue, queueAddress } = await import('@flatland/batch-study/queue')
  const { codeHash } = await import('@flatland/batch-study')
  const { nativeAddonIsBuilt, TENSORFLOW_VERSION } = await import('@flatland/tensor/native-addon')
  const backend = nativeAddonIsBuilt() ? 'native' : 'wasm'
  const drain = drainedBySignals()
  const processes = trialProcesses()
  say(
    `Worker for ${queueAddress(url).shown}: ${slots} trials at once on ${backend}` +
      `${backend === 'native' ? ` (TensorFlow ${TENSORFLOW_VERSION})` : ''}, code ${codeHash().slice(0, 12)}.`,
  )
  try {
    await workQueue(url, { slots, backend, runner: inProcesses(processes), drain, listen: say })
    say('Drained.')
  } finally {
    await processes.kill()
  }
}

/** In ms: one press of Ctrl-C may come twice, from the terminal and from what started this process. */
const ONE_PRESS = 500

/** Aborted by the first signal; the second ends the process. */
function drainedBySignals(): AbortSignal {
  const drain = new AbortController()
  let first = Infinity
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (performance.now() - first > ONE_PRESS) process.exit(1)
      first = Math.min(first, performance.now())
      drain.abort()
    })
  }
  return drain.signal
}

function say(line: string): void {
  console.log(`${new Date().toISOString().slice(0, 19).replace('T', ' ')} ${line}`)
}

function wholeFromOne(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1 || value > 1024)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1024.')
  return value
}
