import { type ChildProcess, fork } from 'node:child_process'
import { on } from 'node:events'
import { fileURLToPath } from 'node:url'
import { workerEnvironment } from '@flatland/tensor'
import type { Rank } from './gradient-pieces.ts'
import type { TrialJob } from './executor.ts'

/** What a rank is to do: it begins alike, and takes the same batches from the trial. */
export interface RankJob extends TrialJob, Rank {}

export type ToRank =
  | { readonly kind: 'job'; readonly job: RankJob }
  /** All gradients are there. `hash`: tell that of the parameters after this step. */
  | { readonly kind: 'step'; readonly hash: boolean }

export type FromRank =
  /** `code` is what it runs. */
  | { readonly kind: 'started'; readonly code: string }
  /** Its gradient is on the board. */
  | { readonly kind: 'put'; readonly loss: number }
  | { readonly kind: 'hash'; readonly hash: string }
  /** It cannot go on; it would not another time. */
  | { readonly kind: 'failed'; readonly reason: string }

/** The descriptor of the board's file in a rank's process, behind input, output, errors and messages. */
export const BOARD_FILE = 4

/** A process that shares the batches of this one's trial. */
export interface RankProcess {
  readonly tell: (message: ToRank) => void
  /**
   * What it tells next.
   *
   * @throws RankDied (a rejection) when its process ended
   * @throws Error (a rejection) when it cannot go on
   */
  readonly next: <Kind extends FromRank['kind']>(kind: Kind) => Promise<Extract<FromRank, { kind: Kind }>>
  /** At once, whatever it does; resolves when it has ended. */
  readonly kill: () => Promise<void>
}

/** A process of a training has ended, and with it the training; another try may have more luck. */
export class RankDied extends Error {
  override name = 'RankDied'
}

/** Starts one. It ends by itself when this process does. */
export function rankProcess({ rank, ranks }: Rank, boardFile: number): RankProcess {
  const child = fork(fileURLToPath(new URL('./rank-worker.ts', import.meta.url)), {
    // The caller's own flags (a kernel's, a test runner's) are not for this process.
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', boardFile],
    env: workerEnvironment(),
  })
  const name = `Process ${rank + 1} of the ${ranks} of this trial`
  const ended = endOf(child)
  const messages = on(child, 'message') as AsyncIterableIterator<[FromRank]>
  const answer = async <Kind extends FromRank['kind']>(kind: Kind) => {
    const { value } = (await messages.next()) as IteratorYieldResult<[FromRank]>
    const [message] = value
    if (message.kind === 'failed') throw new Error(`${name}: ${message.reason}`)
    if (message.kind === kind) return message as Extract<FromRank, { kind: Kind }>
    throw new Error(`${name} told '${message.kind}' where '${kind}' was to come`)
  }
  const died = async (): Promise<never> => {
    throw new RankDied(`${name} ended with ${await ended}`.trim())
  }
  return {
    tell: message => {
      // Where it has ended, that is told when it is waited for.
      child.send(message, () => undefined)
    },
    next: kind => Promise.race([answer(kind), died()]),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** @returns by what, and what it wrote */
function endOf(child: ChildProcess): Promise<string> {
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
  return new Promise(resolve => {
    child.on('error', error => {
      if (child.pid === undefined) resolve(`its start: ${error.message}`)
    })
    child.on('close', (code, signal) => {
      resolve(`${signal ?? `code ${String(code)}`}. ${errors.trim()}`)
    })
  })
}
